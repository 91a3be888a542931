"""The poller on a real Elasticsearch: every item once, nothing lost whatever fails, no source polled twice at once."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from elasticsearch import AsyncElasticsearch

from services.contracts import indices
from services.contracts.sites import slot_of_host
from services.contracts.sources import SourceRecord, SourceState
from services.contracts.urls import article_id
from services.fetch.book import SourceBook, SourceFacts
from services.fetch.client import Fetcher
from services.fetch.leases import Leases
from services.fetch.reading import Reading
from services.fetch.websub import Pushed
from services.runtime.elastic import async_client, sync_client
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.share import Share
from services.runtime.sources.index import SourceIndex
from services.runtime.sources.plan import Plan
from services.search.registry import Registry
from tests.support.polling import Published, add, poller, rss, stored, until
from tests.support.site import Seen, Site, answer, dns, serving

pytestmark = pytest.mark.stack
NOW = datetime.now(UTC)
ALL = Share(whole=True)


@pytest.fixture
def polling(settings: Settings) -> Settings:
    return settings.model_copy(update={"fetch_allow": "127.0.0.0/8", "fetch_delay_s": 0.0, "poll_interval_s": 1.0})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving(Site()) as site:
        yield site


async def test_items_are_published_once(polling: Settings, es: AsyncElasticsearch, site: Site) -> None:
    site.routes = {"/feed": rss(site, "a", "b")}
    add(polling, site.url("/feed"), name="Test")
    published = Published()
    async with poller(polling, es, published):
        await until(lambda: stored(polling)[0].state.polls >= 2)
        assert sorted(published) == [site.url("/a"), site.url("/b")]
        site.routes["/feed"] = rss(site, "a", "b", "c")
        await until(lambda: len(published) > 2)
        polls = stored(polling)[0].state.polls
        await until(lambda: stored(polling)[0].state.polls > polls + 1)
    assert published[2:] == [site.url("/c")]
    state = stored(polling)[0].state
    assert (state.found, state.failures, state.last_error, state.lease_owner) == (3, 0, None, None)
    assert state.last_success is not None
    assert '"2"' in [request.headers.get("if-none-match") for request in site.seen]


async def test_a_failing_source_is_recorded(polling: Settings, es: AsyncElasticsearch, site: Site) -> None:
    add(polling, site.url("/feed"))
    published = Published()
    async with poller(polling, es, published):
        await until(lambda: stored(polling)[0].state.failures >= 2)
        assert "HTTP status 404" in str(stored(polling)[0].state.last_error)
        site.routes["/feed"] = rss(site, "a")
        await until(lambda: len(published) == 1)
        await until(lambda: stored(polling)[0].state.failures == 0)
    assert stored(polling)[0].state.last_error is None


@pytest.mark.parametrize("error", [Unavailable("Kafka is down"), RuntimeError("a bug")])
async def test_nothing_is_lost_when_publishing_fails(
    polling: Settings, es: AsyncElasticsearch, site: Site, error: Exception
) -> None:
    site.routes = {"/feed": rss(site, "a", "b")}
    add(polling, site.url("/feed"))
    published = Published()
    published.fail = error
    async with poller(polling, es, published):
        await until(lambda: "cut short" in str(stored(polling)[0].state.last_error))
        assert stored(polling)[0].state.recent == ()
        published.fail = None
        await until(lambda: len(published) == 2)


async def test_a_crash_between_publishing_and_writing_repeats_and_loses_nothing(
    polling: Settings, es: AsyncElasticsearch, site: Site
) -> None:
    site.routes = {"/feed": rss(site, "a", "b")}
    add(polling, site.url("/feed"))
    published = Published()
    leases = Leases(es, polling, "crashed")
    async with Fetcher(polling, resolve=dns({})) as fetcher:
        crashing = Reading(leases, fetcher, published, Pushed(es, polling), polling.poll_interval_s)
        (found,) = await leases.due(datetime.now(UTC), 10, ALL)
        held = await leases.take(found, datetime.now(UTC) - timedelta(hours=1))  # its lease has run out
        assert held is not None
        await crashing.poll(held)  # published; then the process dies
    assert len(published) == 2
    async with poller(polling, es, published):
        await until(lambda: stored(polling)[0].state.polls >= 1)
    assert sorted(published) == sorted([site.url("/a"), site.url("/b")] * 2)


async def test_what_has_a_journey_is_not_published_again(polling: Settings, es: AsyncElasticsearch, site: Site) -> None:
    site.routes = {"/feed": rss(site, "a", "b")}
    key = article_id(site.url("/a"))
    await es.index(index=polling.name(indices.JOURNEYS), id=key, document={"fate": "indexed"}, refresh=True)
    add(polling, site.url("/feed"))
    published = Published()
    async with poller(polling, es, published):
        await until(lambda: stored(polling)[0].state.polls >= 1)
    assert published == [site.url("/b")]


async def test_two_workers_never_poll_one_source_at_once(polling: Settings, es: AsyncElasticsearch, site: Site) -> None:
    async def slow(request: Seen, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        writer.write(rss(site, request.path[1:] + "-item"))

    site.routes = {f"/feed{n}": slow for n in range(4)}
    add(polling, *(site.url(f"/feed{n}") for n in range(4)), interval_s=3600)
    published = Published()
    async with poller(polling, es, published, 1), poller(polling, es, published, 2):
        await until(lambda: all(source.state.polls for source in stored(polling)))
    assert sorted(published) == [site.url(f"/feed{n}-item") for n in range(4)]
    assert sorted(path for path in site.paths() if "feed" in path) == [f"/feed{n}" for n in range(4)]


async def test_stopping_is_prompt_and_gives_leases_back(polling: Settings, es: AsyncElasticsearch, site: Site) -> None:
    asked = asyncio.Event()

    async def hang(request: Seen, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.sleep(60)

    site.routes = {"/feed": hang}
    add(polling, site.url("/feed"))
    async with poller(polling, es, Published()):
        await asyncio.wait_for(asked.wait(), 30)
        assert stored(polling)[0].state.lease_owner
    state = stored(polling)[0].state
    assert (state.lease_owner, state.lease_until, state.polls) == (None, None, 0)


async def test_a_lost_lease_writes_nothing_and_peoples_changes_stay(
    polling: Settings, es: AsyncElasticsearch, site: Site
) -> None:
    add(polling, site.url("/feed"), name="Before")
    mine, other = Leases(es, polling, "me"), Leases(es, polling, "other")
    now = datetime.now(UTC)
    (found,) = await mine.due(now, 10, ALL)
    held = await mine.take(found, now)
    assert held is not None
    assert await other.take(found, now) is None
    await es.indices.refresh(index=polling.name(indices.SOURCES))
    assert await other.due(now, 10, ALL) == []
    assert len(await mine.due(now, 10, ALL)) == 1, "whoever starts again goes on with what it held"
    (late,) = await other.due(now + timedelta(hours=1), 10, ALL)
    add(polling, site.url("/feed"), name="After")
    await mine.release(held, SourceState(polls=1))
    (source,) = stored(polling)
    assert (source.name, source.state.polls, source.state.lease_owner) == ("After", 1, None)
    assert await other.take(late, now) is None
    (again,) = await other.due(now + timedelta(hours=1), 10, ALL)
    assert await other.take(again, now) is not None
    await mine.release(held, SourceState(polls=99))
    assert stored(polling)[0].state.lease_owner == "other"


async def test_a_poll_that_is_asked_for_while_one_runs_is_made(
    polling: Settings, es: AsyncElasticsearch, site: Site
) -> None:
    add(polling, site.url("/feed"))
    leases, registry, now = Leases(es, polling, "me"), Registry(es, polling), datetime.now(UTC)
    later = now + timedelta(hours=1)
    for _ in range(2):  # of a source that was never polled, and of one that was asked for
        (found,) = await leases.due(datetime.now(UTC), 10, ALL)
        held = await leases.take(found, datetime.now(UTC))
        assert held is not None
        assert await registry.poll_now(held.source.id)
        await leases.release(held, SourceState(polls=1, next_poll=later))
        (source,) = stored(polling)
        assert source.state.next_poll is not None
        assert now < source.state.next_poll < later
        assert (source.state.polls, source.state.lease_owner) == (1, None)
        await es.indices.refresh(index=polling.name(indices.SOURCES))


async def test_polling_outlives_elasticsearch(settings: Settings, site: Site) -> None:
    nowhere = settings.model_copy(update={"elasticsearch": "http://127.0.0.1:1"})
    client = async_client(nowhere)
    try:
        async with poller(nowhere, client, Published()) as task:
            await asyncio.sleep(1.5)
            assert not task.done()
    finally:
        await client.close()


async def test_facts_of_sources(polling: Settings, es: AsyncElasticsearch, site: Site) -> None:
    book = SourceBook(es, polling)
    await book.learn(["none"])
    assert book.get("none") is None
    add(polling, site.url("/feed"), name="Test", delay_s=2.5)
    key = stored(polling)[0].id
    await book.learn([key, "none"])
    assert book.get(key) == SourceFacts("Test", 2.5)
    assert book.get("none") is None


async def test_facts_are_no_must(settings: Settings) -> None:
    client = async_client(settings.model_copy(update={"elasticsearch": "http://127.0.0.1:1"}))
    try:
        book = SourceBook(client, settings)
        await book.learn(["x"])
        assert book.get("x") is None
    finally:
        await client.close()


async def test_the_index_is_made_once_by_whoever_is_first(polling: Settings, es: AsyncElasticsearch) -> None:
    def ensure() -> None:
        with sync_client(polling) as client:
            SourceIndex(client, polling).ensure()

    await asyncio.gather(
        *(Leases(es, polling, "me").ensure() for _ in range(4)), *(asyncio.to_thread(ensure) for _ in "ab")
    )
    mapping = (await es.indices.get_mapping(index=polling.name(indices.SOURCES)))[polling.name(indices.SOURCES)]
    assert mapping["mappings"]["dynamic"] == "false"


def test_elasticsearch_down_is_told_with_its_address(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"elasticsearch": "http://127.0.0.1:1"})
    with sync_client(nowhere) as client, pytest.raises(Unavailable, match=r"http://127\.0\.0\.1:1 does not answer"):
        SourceIndex(client, nowhere).all()


async def test_a_source_that_moved_is_followed_and_one_that_is_gone_switched_off(
    polling: Settings, es: AsyncElasticsearch, site: Site
) -> None:
    site.routes = {"/old": answer(status=301, Location="/new"), "/new": rss(site, "a"), "/gone": answer(status=410)}
    add(polling, site.url("/old"), name="Moving")
    add(polling, site.url("/gone"), name="Gone")
    published = Published()
    async with poller(polling, es, published):
        await until(lambda: all(s.state.notice for s in stored(polling)))
        site.routes["/old"] = answer(status=404)
        polls = stored(polling)[1].state.polls
        await until(lambda: stored(polling)[1].state.polls > polls)
    assert published == [site.url("/a")]
    gone, moving = stored(polling)
    assert (moving.feeds, moving.state.failures) == ((site.url("/new"),), 0)
    assert "moved to" in str(moving.state.notice)
    assert (gone.enabled, site.paths().count("/gone")) == (False, 1)
    assert "HTTP status 410" in str(gone.state.notice)


async def test_a_source_does_not_move_to_where_another_is(
    polling: Settings, es: AsyncElasticsearch, site: Site
) -> None:
    site.routes = {"/old": answer(status=301, Location="/new"), "/new": rss(site, "a")}
    add(polling, site.url("/new"), name="First")
    add(polling, site.url("/old"), name="Second")
    async with poller(polling, es, Published()):
        await until(lambda: bool(stored(polling)[1].state.notice))
    first, second = stored(polling)
    assert second.feeds == (site.url("/old"),)
    assert f"followed already, as {first.id}" in str(second.state.notice)


def add_address(settings: Settings, url: str, name: str = "home-page") -> None:
    with sync_client(settings) as client:
        index = SourceIndex(client, settings)
        index.ensure()
        source = SourceRecord(id=f"{name}-00000000", name=name, home=url, delay_s=0.0)
        index.apply(Plan(added={source.id: source}))


async def test_a_source_of_an_address_alone_learns_its_feeds(
    polling: Settings, es: AsyncElasticsearch, site: Site
) -> None:
    link = f'<link rel="alternate" type="application/rss+xml" href="{site.url("/feed")}">'
    site.routes = {"/": answer(f"<html><head>{link}</head><body>News</body></html>".encode()), "/feed": rss(site, "a")}
    add_address(polling, site.url("/"))
    published = Published()
    async with poller(polling, es, published):
        await until(lambda: stored(polling)[0].state.polls >= 2)
        add_address(polling, site.url("/"), "again")
        await until(lambda: {s.id: s for s in stored(polling)}["again-00000000"].state.failures > 0)
    assert published == [site.url("/a")]
    by_id = {source.id: source for source in stored(polling)}
    learnt, twin = by_id["home-page-00000000"], by_id["again-00000000"]
    assert (learnt.name, learnt.feeds, learnt.state.last_error) == ("T", (site.url("/feed"),), None)
    assert twin.feeds == ()
    assert "followed already, as home-page-00000000" in str(twin.state.last_error)


async def test_an_address_without_feeds_says_so(polling: Settings, es: AsyncElasticsearch, site: Site) -> None:
    site.routes = {"/": answer(b"<html><body>No feed here</body></html>")}
    add_address(polling, site.url("/"))
    async with poller(polling, es, Published()):
        await until(lambda: stored(polling)[0].state.failures > 0)
    assert "names no feed" in str(stored(polling)[0].state.last_error)


async def test_workers_poll_their_own_sites_and_sources_of_earlier_releases_are_found(
    polling: Settings, es: AsyncElasticsearch, site: Site
) -> None:
    names = [f"site{n}.example" for n in range(12)]
    site.routes = {f"/{name}": rss(site, f"{name}-item") for name in names}
    add(polling, *(site.url(f"/{name}", name) for name in names), interval_s=3600)
    for source in stored(polling)[:4]:  # as an earlier release wrote them
        document = source.model_dump(mode="json", exclude={"slot"})
        await es.index(index=polling.name(indices.SOURCES), id=source.id, document=document, refresh=True)
    shares, published = (Share(), Share()), (Published(), Published())
    for number, share in enumerate(shares):
        await share.assigned([number], 2)
    async with poller(polling, es, published[0], 1, shares[0]), poller(polling, es, published[1], 2, shares[1]):
        await until(lambda: all(source.state.polls for source in stored(polling)))
    expected = [{name for name in names if slot_of_host(name) in share.slots} for share in shares]
    assert all(expected)
    assert [{url.rpartition("/")[2].removesuffix("-item") for url in some} for some in published] == expected
    assert sorted(path for path in site.paths() if "example" in path) == sorted(f"/{name}" for name in names)


async def test_a_poll_goes_from_worker_to_worker_and_is_one(
    polling: Settings, es: AsyncElasticsearch, site: Site
) -> None:
    one, other = "news.example", "cdn.example"
    moved, lent = site.url("/moved", other), site.url("/lent", other)
    site.routes = {
        "/feed": rss(site, "a"),
        "/old": answer(status=301, Location=moved),
        "/moved": rss(site, "b"),
        "/for-now": answer(status=302, Location=lent),
        "/lent": [rss(site, "c", "d"), answer(status=304)],
        "/theirs": rss(site, "e"),
    }
    paths = ("/feed", "/old", "/for-now")
    feeds = (*(site.url(path, one) for path in paths), site.url("/theirs", other), site.url("/gone", other))
    add(polling, feeds[0], feeds=feeds, interval_s=1)
    shares, published = (Share(), Share()), (Published(), Published())
    for number, share in enumerate(shares):
        await share.assigned([number], 2)
    at_first = slot_of_host(one) % 2
    async with poller(polling, es, published[0], 1, shares[0]), poller(polling, es, published[1], 2, shares[1]):
        await until(lambda: stored(polling)[0].state.polls >= 2)
    (source,) = stored(polling)
    assert sorted(published[at_first]) == [site.url("/a")]
    assert sorted(published[1 - at_first]) == [site.url(f"/{name}") for name in "bcde"]
    assert set(source.feeds) == {moved, *feeds} - {feeds[1]}
    assert "moved to" in str(source.state.notice)
    assert (source.state.found, source.state.failures, source.state.lease_owner) == (5, 0, None)
    assert "/gone: " in str(source.state.last_error)
    assert {known.url for known in source.state.validators} == {moved, feeds[0], feeds[2], feeds[3]}
    assert '"2"' in [request.headers.get("if-none-match") for request in site.seen if request.path == "/lent"]
    assert sorted(str(headline.title) for headline in source.state.latest) == ["a", "b", "e"], (
        "what is unchanged is not read"
    )


async def test_a_source_that_is_gone_from_all_sites_is_switched_off(
    polling: Settings, es: AsyncElasticsearch, site: Site
) -> None:
    site.routes = {"/gone": answer(status=410)}
    feeds = tuple(site.url("/gone", host) for host in ("news.example", "cdn.example"))
    add(polling, feeds[0], feeds=feeds)
    first, second = Share(), Share()
    await first.assigned([0], 2)
    await second.assigned([1], 2)
    async with poller(polling, es, Published(), 1, first), poller(polling, es, Published(), 2, second):
        await until(lambda: not stored(polling)[0].enabled)
    assert sorted(request.host for request in site.seen if request.path == "/gone") == ["cdn.example", "news.example"]


async def test_a_worker_that_starts_again_goes_on_with_what_it_held(
    polling: Settings, es: AsyncElasticsearch, site: Site
) -> None:
    site.routes = {"/feed": rss(site, "a")}
    add(polling, site.url("/feed"))
    dead = Leases(es, polling, f"{socket.gethostname()}:1")
    (found,) = await dead.due(datetime.now(UTC), 10, ALL)
    assert await dead.take(found, datetime.now(UTC))
    published = Published()
    async with poller(polling, es, published, 1):
        await until(lambda: len(published) == 1)


async def test_an_item_that_changed_is_published_again(polling: Settings, es: AsyncElasticsearch, site: Site) -> None:
    def atom(*updated: str) -> bytes:
        entries = "".join(
            f"<entry><id>{n}</id><title>{n}</title><link href='{site.url(f'/{n}')}'/><updated>{at}</updated></entry>"
            for n, at in enumerate(updated)
        )
        body = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{entries}</feed>"
        return answer(body.encode(), kind="application/atom+xml")

    old, new = "2026-11-22T08:00:00Z", "2026-11-22T09:00:00Z"
    site.routes = {"/feed": atom(old, old, old)}
    add(polling, site.url("/feed"))
    published = Published()
    async with poller(polling, es, published):
        await until(lambda: len(published) == 3)
        site.routes["/feed"] = atom(old, new, old)
        await until(lambda: stored(polling)[0].state.changed > 0)
        polls = stored(polling)[0].state.polls
        await until(lambda: stored(polling)[0].state.polls > polls + 1)
    assert published[3:] == [site.url("/1")]
    assert (stored(polling)[0].state.found, stored(polling)[0].state.changed) == (3, 1)
