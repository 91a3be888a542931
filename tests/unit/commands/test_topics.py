"""`newsloom topics` without a broker: the map as table and JSON, and what a broker's answers make it say."""

from pathlib import Path
from typing import Any

import orjson
import pytest
import typer
from typer.testing import CliRunner

from services.commands import topics
from services.contracts.topics import TOPICS
from services.runtime.errors import UsageError
from services.runtime.settings import Settings, load_settings


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("NEWSLOOM_NAMESPACE", "t-")
    load_settings.cache_clear()
    app = typer.Typer()
    topics.register(app)
    yield lambda *arguments: CliRunner().invoke(app, ("topics", *arguments))
    load_settings.cache_clear()


def test_table_has_a_whole_line_for_each_topic(run: Any) -> None:
    result = run()
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    for topic in TOPICS:
        (line,) = [line for line in lines if line.startswith(f"t-{topic.name} ")]
        assert topic.title in line
        assert f"{', '.join(topic.writers)} → {', '.join(topic.readers)}" in line


def test_json_has_every_figure(run: Any) -> None:
    rows = orjson.loads(run("--json").stdout)
    assert [row["name"] for row in rows] == [f"t-{topic.name}" for topic in TOPICS]
    assert rows[0] == {
        "name": "t-news.urls.v1",
        "title": "URLs to fetch",
        "key": "article id",
        "model": "UrlMessage",
        "writers": ["anyone", "fetch", "search"],
        "readers": ["fetch"],
        "partitions": 8,
        "retention_ms": 604800000,
        "max_bytes": 1048576,
    }
    assert {row["name"]: row["model"] for row in rows}["t-news.urls.v1.dead"] is None


class Broker:
    """What an admin client would say of a broker that has all topics but the first, and one with other settings."""

    def __init__(self, settings: Settings) -> None:
        self.topics = {settings.name(topic.name): topic for topic in TOPICS[1:]}

    def list_topics(self) -> list[str]:
        return ["someone-elses", *self.topics]

    def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        partition = {"replica_nodes": [1]}
        return [{"name": name, "partitions": [partition] * (3 if "pages.v1" in name else 8)} for name in names]

    def describe_configs(self, resources: list[Any], config_filter: str) -> dict[str, Any]:
        (resource,) = resources
        values = dict(self.topics[resource.name].settings)
        if "fates.v1" in resource.name:
            values["retention.ms"] = "1000"
        return {"TOPIC": {resource.name: {key: {"value": value} for key, value in values.items()}}}


def test_problems_name_what_is_missing_and_what_differs() -> None:
    settings = Settings(_env_file=None, namespace="t-")  # type: ignore[call-arg]
    found = topics.problems(Broker(settings), settings)
    assert {"topic": "t-news.urls.v1", "problem": "missing; 'newsloom topics --create' creates it"} in found
    assert {"topic": "t-news.pages.v1", "problem": "partitions is 3, the map says at least 8"} in found
    assert {"topic": "t-news.fates.v1", "problem": "retention.ms is 1000, the map says 2592000000"} in found
    assert len(found) == 4, "the dead topic of fates has other settings too, nothing else has"


def test_train_writes_a_model_and_says_how_to_use_it(run: Any, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("- {id: 'own:ferries', name: Ferries, phrases: [ferry]}\n")
    out = tmp_path / "deep" / "mine.json"
    result = run("train", str(tmp_path / "mine.yaml"), "--out", str(out))
    assert result.exit_code == 0
    assert f"NEWSLOOM_TOPIC_MODELS={out}" in result.output
    assert orjson.loads(out.read_bytes())["topics"][0]["phrases"] == ["ferry"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.yaml", "id: x", "expected a list"),
        ("a.yaml", "[", "no YAML"),
        ("a.ndjson", "{}\n\n{", "line 1"),
        ("a.ndjson", '{"id": "x"}\n\n{', "line 3: not JSON"),
        ("a.ndjson", "", "neither a rule nor an example"),
    ],
)
def test_train_says_what_is_wrong_with_a_file(run: Any, tmp_path: Path, name: str, content: str, says: str) -> None:
    (tmp_path / name).write_text(content)
    result = run("train", str(tmp_path / name), "--out", str(tmp_path / "out.json"))
    assert isinstance(result.exception, UsageError)
    assert says in str(result.exception)
