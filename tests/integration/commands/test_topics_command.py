"""`newsloom topics` on a real broker: what is missing is named and created, what differs is named."""

from collections.abc import Callable, Iterator

import orjson
import pytest
from kafka.admin import ConfigResource, ConfigResourceType
from support.processes import eventually
from typer.testing import CliRunner, Result

from services.cli import application
from services.contracts.topics import PAGES, TOPICS
from services.runtime.admin import connect
from services.runtime.settings import Settings, load_settings

pytestmark = pytest.mark.stack
Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("NEWSLOOM_KAFKA", settings.kafka)
    monkeypatch.setenv("NEWSLOOM_NAMESPACE", settings.namespace)
    load_settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(application(), ["topics", *arguments])
    load_settings.cache_clear()


def test_what_is_missing_is_named_and_created_and_what_differs_is_named(settings: Settings, run: Run) -> None:
    names = [settings.name(topic.name) for topic in TOPICS]
    missing = run("--check")
    assert missing.exit_code == 1
    assert missing.stdout.splitlines() == [f"{n}: missing; 'newsloom topics --create' creates it" for n in names]

    created = run("--create", "--json")
    assert created.exit_code == 0
    assert orjson.loads(created.stdout) == {"created": sorted(names), "problems": []}
    assert run("--create").stdout == f"all {len(TOPICS)} topics are as the map says\n"

    name = settings.name(PAGES.name)
    admin = connect(settings)
    try:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, {"max.message.bytes": "1000"})])
    finally:
        admin.close()
    # The broker answers a change before it shows it.
    different = eventually(lambda: (r := run("--check", "--json")).exit_code == 1 and r, "the change is seen")
    problem = f"max.message.bytes is 1000, the map says {PAGES.max_bytes}"
    assert orjson.loads(different.stdout)["problems"] == [{"topic": name, "problem": problem}]
