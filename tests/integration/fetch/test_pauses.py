"""Hosts are left alone for as long as they ask, whatever happens to workers and to Elasticsearch meanwhile."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from elasticsearch import ApiError, AsyncElasticsearch, NotFoundError, TransportError
from structlog.testing import capture_logs
from support.httpfaults import Fault, Faulty
from support.internet.kinds import kept
from support.internet.server import Internet, Reply, serving
from support.polling import until
from support.processes import Child, eventually, free_ports
from support.site import Seen, answer
from support.topics import create_topics, produce, values

from services.contracts import indices
from services.contracts.messages import UrlMessage
from services.contracts.sites import SLOTS, slot_of_host
from services.contracts.topics import FATES, PAGES, URLS
from services.fetch.pauses import Pause, Pauses
from services.runtime.elastic import async_client, sync_client
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
HOST = "127.0.0.1"
PATIENCE_S = 34
"""More than is waited for in place (MAX_PAUSE_S), so that the page goes through a retry topic too."""
ALL = range(SLOTS)


def in_s(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def test_what_one_notes_the_next_one_learns(settings: Settings, es: AsyncElasticsearch) -> None:
    first, second = Pauses(es, settings), Pauses(es, settings)
    await second.learn(ALL)  # there is no index yet
    busy, down, over = Pause(in_s(600), "429"), Pause(in_s(500), "refused", 5), Pause(in_s(-1), "503")
    for host, pause in {"busy.example": busy, "down.example": down, "over.example": over, "[::1]": busy}.items():
        first.note(host, pause)
    first.note("lifted.example", busy)
    first.note("lifted.example", None)
    await first.written()
    await second.learn([slot_of_host("down.example")])
    assert [second.recall(host) for host in ("busy.example", "down.example")] == [None, down]
    await second.learn(ALL)
    names = ("busy.example", "down.example", "over.example", "lifted.example", "[::1]")
    assert [second.recall(host) for host in names] == [busy, down, None, None, busy]
    assert second.recall("busy.example") is None  # told once
    first.note("down.example", None)
    await asyncio.gather(first.written(), second.written())
    await es.indices.refresh(index=settings.name(indices.HOSTS))
    found = await es.search(index=settings.name(indices.HOSTS))
    assert {hit["_id"] for hit in found["hits"]["hits"]} == {"busy.example", "[::1]"}


async def test_without_elasticsearch_it_is_told_and_nothing_waits(settings: Settings) -> None:
    away = settings.model_copy(update={"elasticsearch": f"http://127.0.0.1:{free_ports(1)}"})
    async with async_client(away) as client:
        pauses = Pauses(client, away)
        with capture_logs() as logs:
            await pauses.learn(ALL)
            pauses.note("busy.example", Pause(in_s(600), "429"))
            await pauses.close()
    assert {(entry["log_level"], "can not be" in entry["event"]) for entry in logs} == {("warning", True)}
    assert [entry["is_given_up"] for entry in logs if "kept" in entry["event"]][-1:] == [True]


@pytest.mark.parametrize("fault", [Fault(1.0, whole=503), Fault(1.0, items=1.0, statuses=(429,))])
async def test_what_can_not_be_written_now_is_written_later(
    settings: Settings, es: AsyncElasticsearch, fault: Fault
) -> None:
    """Elasticsearch that had just started, on a busy machine, needed longer than was waited for to make the index."""
    with Faulty(settings.es_url, seed=1, faults=[fault]) as faulty:
        there = settings.model_copy(update={"elasticsearch": faulty.url})
        async with async_client(there) as client:
            pauses = Pauses(client, there)
            pauses.note("busy.example", Pause(in_s(600), "429"))
            await until(lambda: bool(faulty.met))
            pauses.note("down.example", last := Pause(in_s(500), "refused", 5))
            pauses.note("busy.example", None)  # meanwhile it is over
            faulty.faults = []
            await pauses.written()
    found = Pauses(es, settings)
    await found.learn(ALL)
    assert [found.recall(host) for host in ("busy.example", "down.example")] == [None, last]


async def test_what_was_not_written_of_hosts_that_are_others_now_is_not_written(
    settings: Settings, es: AsyncElasticsearch
) -> None:
    with Faulty(settings.es_url, seed=1, faults=[Fault(1.0, whole=503)]) as faulty:
        there = settings.model_copy(update={"elasticsearch": faulty.url})
        async with async_client(there) as client:
            pauses = Pauses(client, there)
            for host in ("busy.example", "down.example"):
                pauses.note(host, Pause(in_s(600), "429"))
            await until(lambda: bool(faulty.met))
            await pauses.learn([slot_of_host("down.example")])
            faulty.faults = []
            await pauses.written()
    found = Pauses(es, settings)
    await found.learn(ALL)
    assert [found.recall(host) is None for host in ("busy.example", "down.example")] == [True, False]


def busy_once(request: Seen, times: int) -> Reply:
    if request.path == "/busy" and not times:
        return answer(status=429, Retry_After=str(PATIENCE_S))
    return kept(b"<!doctype html><title>News</title>") if request.path in ("/busy", "/b") else answer(status=404)


async def test_a_killed_workers_successor_keeps_to_a_retry_after_and_the_page_comes(
    settings: Settings, es: AsyncElasticsearch, tmp_path: Path
) -> None:
    """There is one retry topic, of one second: the page outlasts more rounds than a failure has tries."""
    create_topics(settings)
    pauses = Pauses(es, settings)
    pauses.note("other.example", Pause(in_s(600), "429"))
    await pauses.written()  # so that there is an index, which may take longer to make than a host's patience is
    mine = settings.model_copy(update={"home": tmp_path, "http": f"127.0.0.1:{free_ports(4)}"})
    environment = {"NEWSLOOM_FETCH_ALLOW": "127.0.0.0/8", "NEWSLOOM_RETRY_DELAYS_S": "1"}
    worker = Child(mine, "fetch", "services", "run", "fetch", **environment)

    def is_kept() -> bool | None:
        """None: nobody can tell at this moment."""
        with sync_client(settings) as client:
            try:
                return bool(client.get(index=settings.name(indices.HOSTS), id=HOST)["found"])
            except NotFoundError:
                return False
            except (ApiError, TransportError):
                return None

    async def come(pages: int) -> None:
        await asyncio.to_thread(eventually, lambda: len(values(settings, PAGES)) == pages, f"{pages} pages", 180, 1)

    async with serving(Internet(busy_once)) as internet:
        try:
            await asyncio.to_thread(lambda: worker.start().wait_ready())
            await asyncio.to_thread(produce, settings, URLS, [UrlMessage(url=internet.url(HOST, "/busy")).to_json()])
            await asyncio.to_thread(eventually, is_kept, "the pause is kept")
            worker.kill()
            await asyncio.to_thread(lambda: worker.start().wait_ready())
            await asyncio.to_thread(produce, settings, URLS, [UrlMessage(url=internet.url(HOST, "/b")).to_json()])
            await come(2)
            await asyncio.to_thread(eventually, lambda: is_kept() is False, "the pause is over")
            assert worker.stop() == 0
        finally:
            if worker.process is not None:
                worker.kill()
    robots, first, *rest = internet.record.entries
    assert (robots.path, first.path, first.status) == ("/robots.txt", "/busy", 429)
    assert first.leave_until is not None
    assert min(entry.began for entry in rest) >= first.leave_until
    assert sorted(entry.path for entry in rest if entry.status == 200) == ["/b", "/busy"]
    assert values(settings, FATES) == []
