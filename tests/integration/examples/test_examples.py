"""The examples, run as their readers run them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.topics import create_topics, produce, records, values

from services.contracts.examples import examples_of
from services.contracts.messages import PageMessage
from services.contracts.topics import ENRICHED, PAGES
from services.contracts.urls import article_id
from services.runtime.decode import decode
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
ROOT = Path(__file__).parents[3]
ARTICLES = json.loads((ROOT / "examples/articles.json").read_text("utf-8"))


def run(settings: Settings, *command: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
        "NEWSLOOM_KAFKA": settings.kafka,
        "NEWSLOOM_NAMESPACE": settings.namespace,
        "NEWSLOOM_CACHE": str(settings.cache_dir),
    }
    done = subprocess.run(
        list(map(str, command)), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture
def topics(settings: Settings) -> Settings:
    create_topics(settings)
    return settings


def test_source_on_kafka_python(topics: Settings) -> None:
    said = run(topics, sys.executable, "examples/plugin_kafka_python.py", "examples/articles.json").stdout
    assert said == f"{len(ARTICLES)} sent to {topics.name(PAGES.name)}, 0 failed\n"
    sent = records(topics, PAGES)
    assert {record.key.decode() for record in sent} == {article_id(article["url"]) for article in ARTICLES}
    assert all(isinstance(decode(record.value, PageMessage), PageMessage) for record in sent)


def test_source_on_kafka_python_says_what_it_could_not_send(topics: Settings, tmp_path: Path) -> None:
    too_large = {"url": "https://big.example/a", "text": "x" * (PAGES.max_bytes + 1)}
    (tmp_path / "articles.json").write_text(json.dumps([too_large, {"text": "no address"}, ARTICLES[0]]))
    done = run(topics, sys.executable, "examples/plugin_kafka_python.py", tmp_path / "articles.json", code=1)
    assert "not sent: https://big.example/a: MessageSizeTooLargeError" in done.stderr
    assert "not sent: None: KeyError('url')" in done.stderr
    assert done.stdout.startswith("1 sent to ")


def test_source_on_the_console_producer(topics: Settings, tmp_path: Path) -> None:
    if not list(topics.cache_dir.glob("unpacked/kafka-*")):
        pytest.skip("Kafka's jars are not in the cache: the servers of this session came from elsewhere")
    large = {"url": "https://big.example/a", "text": "word " * 1_000_000}  # over the producer's own limit of 1 MiB
    lines = "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in [*ARTICLES, large])
    (tmp_path / "pages.ndjson").write_text(lines, "utf-8")
    run(topics, "examples/plugin_console_producer.sh", tmp_path / "pages.ndjson")
    assert sorted(page["url"] for page in values(topics, PAGES)) == sorted(a["url"] for a in [*ARTICLES, large])


def test_downstream_reader_prints_entities_and_goes_on_where_it_stopped(topics: Settings) -> None:
    example = examples_of(ENRICHED.name)["full"]
    produce(topics, ENRICHED, [json.dumps(example).encode()])
    said = run(topics, sys.executable, "examples/downstream_reader.py", "--once").stdout
    assert said.splitlines()[0] == f"en  {example['title']}"
    assert "Ostervik (place, 2)" in said
    assert run(topics, sys.executable, "examples/downstream_reader.py", "--once").stdout == ""
