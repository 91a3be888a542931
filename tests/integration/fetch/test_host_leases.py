"""Manners over several workers on a real Elasticsearch, asserted from the server's record of what it was asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from elasticsearch import AsyncElasticsearch

from services.fetch.client import Fetcher
from services.fetch.handover import Handover
from services.fetch.host_leases import HostLeases
from services.runtime.elastic import async_client
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.web.errors import BadStatus, HostDown, Paused
from tests.support.site import Site, answer, dns, serving

pytestmark = pytest.mark.stack
PAGE = answer(b"<html>news</html>")
HOST = "news.example"


@pytest.fixture
def fetching(settings: Settings) -> Settings:
    return settings.model_copy(update={"fetch_allow": "127.0.0.0/8", "fetch_delay_s": 0.1, "fetch_timeout_s": 2.0})


@pytest.fixture
async def es(fetching: Settings) -> AsyncIterator[AsyncElasticsearch]:
    client = async_client(fetching)
    yield client
    await client.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving(Site()) as site:
        yield site


@asynccontextmanager
async def worker(es: AsyncElasticsearch, settings: Settings) -> AsyncIterator[Fetcher]:
    async with Fetcher(settings, resolve=dns({}), leases=HostLeases(es, settings)) as fetcher:
        yield fetcher


async def test_workers_share_one_connection_and_the_delay(
    fetching: Settings, es: AsyncElasticsearch, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.fetch.hosts.HOLD_S", 0.3)
    monkeypatch.setattr("services.fetch.host_leases.ASK_AGAIN_S", 0.05)
    site.routes = {f"/{name}{n}": PAGE for name in "abc" for n in range(8)}
    async with worker(es, fetching) as a, worker(es, fetching) as b, worker(es, fetching) as c:
        workers = {"a": a, "b": b, "c": c}
        await asyncio.gather(*(workers[path[1]].get(site.url(path)) for path in site.routes))
    pages = [path[1] for path in site.paths() if path != "/robots.txt"]
    assert sorted(pages) == sorted("abc" * 8)
    assert site.most_active == 1
    assert min(two.at - one.at for one, two in pairwise(site.seen)) >= 0.1
    # Who holds the host gives it back although it has more to ask for: nobody waits for another's whole queue.
    assert sum(one != two for one, two in pairwise(pages)) > 2


async def test_a_dead_workers_host_passes_on(
    fetching: Settings, es: AsyncElasticsearch, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.routes = {"/": PAGE}
    with monkeypatch.context() as short:
        short.setattr("services.fetch.host_leases.HOLD_S", 0.5)
        short.setattr("services.fetch.host_leases.SLACK_S", -2.0)  # with the request's two seconds: 0.5 s in all
        dead = HostLeases(es, fetching)
        await dead.claim(HOST)
    async with worker(es, fetching) as living:
        assert (await asyncio.wait_for(living.get(site.url("/")), 30)).status == 200


async def test_the_next_worker_keeps_a_pause_that_the_host_asked_for(
    fetching: Settings, es: AsyncElasticsearch, site: Site
) -> None:
    site.routes = {"/busy": answer(status=429, Retry_After="3600"), "/": PAGE}
    async with worker(es, fetching) as one:
        with pytest.raises(BadStatus):
            await one.get(site.url("/busy"))
    asked = len(site.seen)
    async with worker(es, fetching) as other:
        with pytest.raises(Paused, match=r"3[56]\d\d s more: .*HTTP status 429"):
            await other.get(site.url("/"))
    assert len(site.seen) == asked


async def test_the_next_worker_leaves_a_host_alone_that_is_down(
    fetching: Settings, es: AsyncElasticsearch, site: Site
) -> None:
    leases = HostLeases(es, fetching)
    await leases.claim(HOST)
    await leases.give_back(HOST, Handover(down_for_s=50, failures=5, why="no answer"))
    async with worker(es, fetching) as other:
        with pytest.raises(HostDown, match=r"5 times in a row .* no answer"):
            await other.get(site.url("/"))
    assert site.seen == []


async def test_an_idle_host_is_given_back_before_its_lease_ends(
    fetching: Settings, es: AsyncElasticsearch, site: Site
) -> None:
    site.routes = {"/": PAGE}
    async with worker(es, fetching) as one, worker(es, fetching) as other:
        await one.get(site.url("/"))
        async with asyncio.timeout(15):  # the lease lasts a minute
            await other.get(site.url("/"))


async def test_without_elasticsearch_no_host_is_asked(settings: Settings, site: Site) -> None:
    nowhere = settings.model_copy(update={"elasticsearch": "http://127.0.0.1:1", "fetch_allow": "127.0.0.0/8"})
    client = async_client(nowhere)
    try:
        async with worker(client, nowhere) as fetcher:
            with pytest.raises(Unavailable, match="leases of hosts"):
                await fetcher.get(site.url("/"))
    finally:
        await client.close()
    assert site.seen == []
