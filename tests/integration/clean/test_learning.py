"""The real clean service learns what recurs: two workers, `kill -9`, a restart, a replay, no Elasticsearch."""

from pathlib import Path

import pytest
from elasticsearch import ApiError
from support.followed import ENDING, HOST, ordinary
from support.processes import Child, eventually, free_ports, running
from support.topics import create_topics, produce, values

from services.clean.furniture_index import memory_of
from services.clean.sightings import Memory
from services.contracts import indices
from services.contracts.topics import ARTICLES, PAGES
from services.runtime.elastic import sync_client
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
COUNT = 12


@pytest.fixture
def own(settings: Settings) -> Settings:
    """The settings with free ports, and the topics created."""
    given = settings.model_copy(update={"http": f"127.0.0.1:{free_ports()}"})
    create_topics(given)
    return given


def worker(settings: Settings, folder: Path, **environment: str) -> Child:
    """A worker of the clean service with ports and a log of its own."""
    apart = {"http": f"127.0.0.1:{free_ports()}", "home": folder}
    return Child(settings.model_copy(update=apart), "clean", "services", "run", "clean", **environment)


def bodies(settings: Settings) -> dict[str, list[str]]:
    """Of each article on the topic by address, in the order of their partition."""
    found: dict[str, list[str]] = {}
    for article in values(settings, ARTICLES):
        found.setdefault(article["url"].rpartition("/")[2], []).append(article["body"])
    return found


def kept(settings: Settings) -> Memory:
    """What is kept of the host."""
    with sync_client(settings) as es:
        try:
            return memory_of(es.get(index=settings.name(indices.FURNITURE), id=HOST)["_source"])
        except ApiError as error:
            assert error.status_code in (404, 503), "not there, or just made"
            return ()


def send(settings: Settings, numbers: range) -> None:
    produce(settings, PAGES, [ordinary(number).to_json() for number in numbers])


def test_what_two_workers_learned_outlives_both(own: Settings, tmp_path: Path) -> None:
    with running(worker(own, tmp_path / "a"), worker(own, tmp_path / "b")) as both:
        send(own, range(COUNT))
        eventually(lambda: len(bodies(own)) == COUNT, "all pages go on")
        eventually(lambda: len(kept(own)) == COUNT, "both keep what they saw")
        for child in both:
            child.kill()
    before = kept(own)
    with running(worker(own, tmp_path / "c")) as (third,):
        send(own, range(COUNT))  # a replay
        send(own, range(COUNT, COUNT + 1))
        eventually(lambda: str(COUNT) in bodies(own), "the next page goes on")
        eventually(
            lambda: all(len(found) > 1 for name, found in bodies(own).items() if name != str(COUNT)), "all again"
        )
        assert third.stop() == 0
    found = bodies(own)
    assert ENDING not in found[str(COUNT)][0]
    assert all(ENDING not in found[str(number)][-1] for number in range(COUNT)), (
        "a replay reads them with what is known"
    )
    assert {one.id for one in before} < {one.id for one in kept(own)}
    assert len(kept(own)) == COUNT + 1, "nothing counts twice"


def test_cleaning_goes_on_while_elasticsearch_does_not_answer(own: Settings, tmp_path: Path) -> None:
    with running(worker(own, tmp_path / "a", NEWSLOOM_ELASTICSEARCH="http://127.0.0.1:9")) as (child,):
        for number in range(6):
            send(own, range(number, number + 1))
            eventually(lambda n=number: str(n) in bodies(own), "the page goes on")
        assert child.get("/readyz") == {"ready": True, "reasons": []}
        assert child.stop() == 0
    assert [ENDING in found[0] for _, found in sorted(bodies(own).items())] == [True] * 4 + [False] * 2
    assert "goes on without what was learned" in child.log.read_text()


def test_it_can_be_turned_off(own: Settings, tmp_path: Path) -> None:
    with running(worker(own, tmp_path / "a", NEWSLOOM_LEARN="false")) as (child,):
        send(own, range(8))
        eventually(lambda: len(bodies(own)) == 8, "all pages go on")
        assert child.stop() == 0
    assert all(ENDING in found[0] for found in bodies(own).values())
    assert kept(own) == ()
