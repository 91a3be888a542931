"""Feeds with a hub, on a real Elasticsearch, with a real gateway and a hub of our own: pushed is published."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from elasticsearch import AsyncElasticsearch

from services.contracts import indices
from services.contracts.sources import SourceState, Validators
from services.contracts.topics import URLS
from services.contracts.websub import Subscription
from services.fetch.client import Fetcher
from services.fetch.leases import Leases
from services.fetch.poll import poll_forever
from services.fetch.websub import Keeper, Pushed
from services.runtime.elastic import async_client, sync_client
from services.runtime.settings import Settings
from services.runtime.share import Share
from services.standalone.ports import unused
from tests.support.gateway import served
from tests.support.hub import Hub, hub
from tests.support.polling import Published, add, rss, stored, until
from tests.support.processes import LIMIT_S, Child, begun, free_ports
from tests.support.site import Site, answer, dns, redirect, serving
from tests.support.topics import create_topics, values

pytestmark = pytest.mark.stack
BODY = b"<rss/>"


@dataclass
class World:
    """A site with a feed that names a hub, whoever polls it, and the gateway."""

    settings: Settings
    es: AsyncElasticsearch
    site: Site
    hub: Hub
    http: httpx.AsyncClient
    published: Published = field(default_factory=Published)

    @property
    def port(self) -> int:
        return int(self.settings.websub_url.rpartition(":")[2])

    def feed(self, *names: str, hub: str | None = None) -> None:
        """What the feed has now."""
        topic = self.site.url("/feed")
        links = f'<{hub or self.hub.url}>; rel="hub", <{topic}>; rel=self'
        self.site.routes["/feed"] = rss(self.site, *names, Link=links)

    def subscriptions(self) -> list[Subscription]:
        """As they stand now."""
        name = self.settings.name(indices.WEBSUB)
        with sync_client(self.settings) as client:
            client.indices.refresh(index=name, ignore_unavailable=True)
            asked = client.options(ignore_status=503)  # while it is in the making
            found = asked.search(index=name, ignore_unavailable=True).get("hits", {"hits": []})["hits"]
        return [Subscription.model_validate(hit["_source"]) for hit in found]

    async def subscribed(self) -> Subscription:
        """The subscription, once the hub has verified it."""
        await until(lambda: any(mine.verified_at for mine in self.subscriptions()))
        await until(lambda: bool(self.hub.subscriptions))
        (mine,) = self.subscriptions()
        return mine

    async def rewrite(self, mine: Subscription, **fields: datetime) -> None:
        """Have time pass: fetch looks at it now, and finds these times."""
        times = {name: value.isoformat() for name, value in {"due_at": datetime.now(UTC), **fields}.items()}
        await self.es.update(index=self.settings.name(indices.WEBSUB), id=mine.key, doc=times, refresh=True)

    async def push(self, **given: Any) -> list[int]:
        """Have the hub distribute something."""
        return await asyncio.to_thread(self.hub.push, BODY, **given)

    async def health(self) -> dict[str, Any]:
        """Of the source, over the API."""
        (source,) = (await self.http.get("/v1/sources")).json()["sources"]
        found: dict[str, Any] = source["health"]
        return found


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.fetch.websub.LOOK_S", 0.1)
    monkeypatch.setattr("services.search.hubs.PAUSE_S", 0.0)


@pytest.fixture
def a_hub() -> Iterator[Hub]:
    with hub() as mine:
        yield mine


@pytest.fixture
async def world(settings: Settings, a_hub: Hub) -> AsyncIterator[World]:
    port = unused("127.0.0.1")
    given = {"fetch_allow": "127.0.0.0/8", "fetch_delay_s": 0.0, "websub_url": f"http://127.0.0.1:{port}"}
    own = settings.model_copy(update=given)
    es = async_client(own)
    try:
        async with serving(Site()) as site, served(own, port) as (http, _):
            yield World(own, es, site, a_hub, http)
    finally:
        await es.close()


@asynccontextmanager
async def fetching(world: World, **changed: object) -> AsyncIterator[None]:
    """A worker that polls and looks after the subscriptions."""
    settings, stop = world.settings.model_copy(update=changed), asyncio.Event()
    async with Fetcher(settings, resolve=dns({"private.example": ["10.1.2.3"]})) as fetcher:
        keeper = Keeper(world.es, settings, fetcher)
        work = (poll_forever(settings, world.es, fetcher, world.published, stop, Share(whole=True)), keeper.run(stop))
        tasks = [asyncio.create_task(part) for part in work]
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(asyncio.gather(*tasks), 30)


@pytest.mark.parametrize(
    ("eager", "algorithm"), [(True, "sha256"), (False, "sha1"), (False, "sha384"), (True, "sha512")]
)
async def test_what_is_pushed_is_published_at_once(world: World, eager: bool, algorithm: str) -> None:
    world.hub.eager = eager
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        mine = await world.subscribed()
        assert world.published == [world.site.url("/a")]
        world.feed("a", "b")
        assert await world.push(algorithm=algorithm) == [202]
        await until(lambda: len(world.published) == 2)  # its next poll would be minutes away
        await until(lambda: stored(world.settings)[0].state.polls == 2)
    assert world.published[1] == world.site.url("/b")
    (request,) = world.hub.requests
    assert (request["hub.mode"], request["hub.topic"]) == ("subscribe", world.site.url("/feed"))
    assert 64 <= len(request["hub.secret"]) < 200
    (told,) = (await world.health())["hubs"]
    assert (told["status"], told["hub"], told["last_error"]) == ("subscribed", world.hub.url, None)
    assert mine.lease_until is not None
    assert timedelta() < mine.lease_until - datetime.now(UTC) <= timedelta(seconds=world.hub.lease_s)
    assert told["last_push"] is not None
    page = (await world.http.get("/sources")).text
    assert f"Told of news by {world.hub.url}" in page
    for text in (page, (await world.http.get("/v1/sources")).text, (await world.http.get("/v1/sources.opml")).text):
        assert mine.secret not in text
        assert mine.identity not in text


async def test_while_hubs_push_polling_is_rare(world: World) -> None:
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        await world.subscribed()
        world.feed("a", "b")
        assert await world.push() == [202]
        await until(lambda: stored(world.settings)[0].state.polls == 2)
    state = stored(world.settings)[0].state
    assert state.next_poll is not None
    assert state.next_poll - datetime.now(UTC) > timedelta(seconds=world.settings.poll_interval_s * 11)


async def test_a_wrong_signature_is_ignored(world: World) -> None:
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        mine = await world.subscribed()
        await until(lambda: stored(world.settings)[0].state.polls == 1)
    before = stored(world.settings)
    assert await world.push(secret="another") == [202]
    assert (await world.http.post(mine.callback, content=BODY)).status_code == 202  # without any
    assert stored(world.settings) == before
    (told,) = (await world.health())["hubs"]
    assert told["last_push"] is None
    assert told["last_ignored"] is not None
    assert await world.push() == [202]
    assert stored(world.settings) != before


async def test_nobody_else_can_verify_or_push(world: World) -> None:
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        mine = await world.subscribed()
    good = {"hub.mode": "subscribe", "hub.topic": mine.topic, "hub.challenge": "<b>x</b>"}
    answer = await world.http.get(mine.callback, params=good)
    assert (answer.status_code, answer.text) == (200, "<b>x</b>")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    for changed in ({"hub.topic": "https://other.example/"}, {"hub.mode": "unsubscribe"}):
        assert (await world.http.get(mine.callback, params={**good, **changed})).status_code == 404
    for unknown in (mine.callback[:-1] + "g", mine.callback[:-32] + "0" * 32, mine.callback + "0"):
        assert (await world.http.get(unknown, params=good)).status_code == 404
        assert (await world.http.post(unknown, content=BODY)).status_code == 410
    assert (await world.http.get(mine.callback, params={**good, "hub.mode": "other"})).status_code == 422
    assert len(world.subscriptions()) == 1


@pytest.mark.parametrize("how", ["removed", "switched off"])
async def test_pushes_for_a_source_nobody_follows_are_answered_410(world: World, how: str) -> None:
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        mine = await world.subscribed()
        await until(lambda: stored(world.settings)[0].state.polls == 1)
    where = f"/v1/sources/{mine.source}"
    changed = await (world.http.delete(where) if how == "removed" else world.http.patch(where, json={"enabled": False}))
    assert changed.is_success
    good = {"hub.mode": "subscribe", "hub.topic": mine.topic, "hub.challenge": "x"}
    assert (await world.http.get(mine.callback, params=good)).status_code == 404
    assert await world.push() == [410]
    assert world.hub.subscriptions == {}
    assert world.subscriptions() == []


async def test_what_is_wanted_no_more_is_unsubscribed(world: World) -> None:
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        mine = await world.subscribed()
        assert (await world.http.delete(f"/v1/sources/{mine.source}")).is_success
        await world.rewrite(mine)
        await until(lambda: world.subscriptions() == [])
    assert world.hub.requests[-1]["hub.mode"] == "unsubscribe"
    assert "hub.secret" not in world.hub.requests[-1]
    assert world.hub.subscriptions == {}


async def test_switched_off_as_a_whole_it_ends_what_there_is(world: World) -> None:
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        mine = await world.subscribed()
    async with fetching(world, websub_url=""):
        await world.rewrite(mine)
        await until(lambda: world.subscriptions() == [])
    assert [request["hub.mode"] for request in world.hub.requests] == ["subscribe", "unsubscribe"]


async def test_off_by_default(world: World) -> None:
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world, websub_url=""):
        await until(lambda: stored(world.settings)[0].state.polls == 1)
    assert (world.subscriptions(), world.hub.requests) == ([], [])


async def test_a_denial_is_shown_and_not_argued_with(world: World) -> None:
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        await world.subscribed()
        await asyncio.to_thread(world.hub.deny, "<i>no</i> readers like you")
        (told,) = (await world.health())["hubs"]
        assert (told["status"], told["lease_until"]) == ("denied", None)
        assert told["last_error"] == "the hub refuses: <i>no</i> readers like you"
        page = (await world.http.get("/sources")).text
        assert "&lt;i&gt;no&lt;/i&gt; readers" in page
        (mine,) = world.subscriptions()
        assert mine.due_at > datetime.now(UTC) + timedelta(hours=23)
        await world.rewrite(mine)
        await until(lambda: world.subscriptions()[0].alive(datetime.now(UTC)))
    assert (await world.health())["hubs"][0]["last_error"] is None


async def test_a_lease_is_renewed_before_it_ends(world: World) -> None:
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        mine = await world.subscribed()
        now = datetime.now(UTC)
        await world.rewrite(mine)  # early: there is nothing to do
        await until(lambda: world.subscriptions()[0].due_at > now + timedelta(minutes=30))
        assert len(world.hub.requests) == 1
        soon = now + timedelta(minutes=10)
        await world.rewrite(mine, verified_at=now - timedelta(minutes=50), lease_until=soon)
        await until(lambda: (world.subscriptions()[0].lease_until or soon) > soon)
    assert world.hub.requests[0] == world.hub.requests[1]  # the same callback and secret: nothing is missed in between
    assert len(world.hub.requests) == 2


async def test_an_ended_lease_is_subscribed_to_again(world: World) -> None:
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        mine = await world.subscribed()
    ended = datetime.now(UTC) - timedelta(days=3)
    await world.rewrite(mine, verified_at=ended - timedelta(days=1), lease_until=ended)
    assert (await world.health())["hubs"][0]["status"] == "waiting"
    async with fetching(world):
        await until(lambda: world.subscriptions()[0].alive(datetime.now(UTC)))


async def test_a_hub_that_is_down_is_asked_again_and_holds_up_no_news(world: World) -> None:
    world.feed("a", hub=f"http://127.0.0.1:{unused('127.0.0.1')}/hub")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        await until(lambda: any(mine.last_error for mine in world.subscriptions()))
        assert world.published == [world.site.url("/a")]
        (told,) = (await world.health())["hubs"]
        assert told["status"] == "failing"
        assert "connection" in told["last_error"]
        (mine,) = world.subscriptions()
        await world.rewrite(mine)
        await until(lambda: world.subscriptions()[0].attempts == 2)
        (again,) = world.subscriptions()
        assert again.due_at > datetime.now(UTC) + timedelta(seconds=90)  # twice the first pause


async def test_a_hub_that_can_not_now_is_asked_when_it_says(world: World) -> None:
    world.hub.status, world.hub.headers = 503, {"Retry-After": "7200"}
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        await until(lambda: any(mine.last_error for mine in world.subscriptions()))
        (mine,) = world.subscriptions()
        assert mine.due_at > datetime.now(UTC) + timedelta(seconds=7000)
    world.hub.status = 202
    async with fetching(world):  # another worker, which the hub has asked for nothing
        await world.rewrite(mine)
        mine = await world.subscribed()
        await until(lambda: world.subscriptions()[0].last_error is None)
    assert (mine.attempts, len(world.hub.subscriptions)) == (0, 1)


async def test_a_hub_that_does_not_verify_is_asked_again(world: World) -> None:
    world.hub.verifies = False
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        await until(lambda: any(mine.requested_at for mine in world.subscriptions()))
        assert (await world.health())["hubs"][0]["status"] == "waiting"
        world.hub.verifies = True
        (mine,) = world.subscriptions()
        await world.rewrite(mine)
        await world.subscribed()
    assert len(world.hub.requests) == 2


@pytest.mark.parametrize("address", ["http://10.1.2.3/hub", "http://private.example/hub", "http://[::1]/hub"])
@pytest.mark.parametrize("by", ["link", "redirect"])
async def test_a_hub_at_a_private_address_is_refused(world: World, address: str, by: str) -> None:
    world.site.routes["/moved"] = redirect(address, 307)
    world.feed("a", hub=address if by == "link" else world.site.url("/moved"))
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        await until(lambda: any(mine.last_error for mine in world.subscriptions()))
        (mine,) = world.subscriptions()
    assert "is no public address" in str(mine.last_error)
    assert mine.verified_at is None


async def test_a_hub_that_moved_is_followed(world: World) -> None:
    world.site.routes["/moved"] = redirect(world.hub.url, 308)
    world.feed("a", hub=world.site.url("/moved"))
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        await world.subscribed()
    assert len(world.hub.requests) == 1


async def test_another_hub_takes_the_place_of_the_first(world: World) -> None:
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    with hub() as other:
        async with fetching(world):
            mine = await world.subscribed()
            world.feed("a", "b", hub=other.url)
            assert await world.push() == [202]
            await until(lambda: len(other.subscriptions) == 1)
            await world.rewrite(mine)
            await until(lambda: len(world.subscriptions()) == 1)
    assert world.hub.subscriptions == {}
    assert world.subscriptions()[0].hub == other.url


async def test_what_a_poll_offers_is_not_given_up_before_the_poll_ends(world: World) -> None:
    add(world.settings, world.site.url("/feed"))
    leases = Leases(world.es, world.settings, "me")
    (found,) = await leases.due(datetime.now(UTC), 1, Share(whole=True))
    held = await leases.take(found, datetime.now(UTC))
    assert held is not None
    topic = world.site.url("/feed")
    state = SourceState(validators=(Validators(url=topic, hub=world.hub.url, topic=topic),))
    await Pushed(world.es, world.settings).after(held.source, state)
    async with Fetcher(world.settings) as fetcher:
        keeper = Keeper(world.es, world.settings, fetcher)
        assert len(world.subscriptions()) == 1  # and a search finds it
        await keeper.look()
        assert (len(world.subscriptions()), world.hub.requests) == (1, [])
        await leases.release(held, state)
        await keeper.look()
    assert [request["hub.mode"] for request in world.hub.requests] == ["subscribe"]


async def test_two_workers_ask_once(world: World) -> None:
    for n in range(5):
        topic = world.site.url(f"/feed{n}")
        world.site.routes[f"/feed{n}"] = rss(world.site, f"a{n}", Link=f"<{world.hub.url}>; rel=hub")
        add(world.settings, topic)
    async with fetching(world), fetching(world):
        await until(lambda: len(world.hub.subscriptions) == 5)
        await until(lambda: all(mine.verified_at for mine in world.subscriptions()))
    assert sorted(request["hub.topic"] for request in world.hub.requests) == [
        world.site.url(f"/feed{n}") for n in range(5)
    ]


async def test_hubs_need_no_key_and_no_host_of_ours(settings: Settings) -> None:
    closed = settings.model_copy(update={"closed": True, "hosts": "news.example", "rate_limit": 1})
    async with served(closed) as (http, _):
        for _ in range(3):
            headers = {"Host": "hubs.example"}
            assert (await http.post("/v1/websub/x", content=BODY, headers=headers)).status_code == 410
            odd = await http.post("/v1/websub/x", content=BODY, headers={"Host": "["})
            assert odd.status_code == 421
        assert (await http.get("/v1/sources", headers={"Host": "news.example"})).status_code == 401


async def test_what_is_too_large_is_not_read_to_its_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.feed("a")
    add(world.settings, world.site.url("/feed"))
    async with fetching(world):
        mine = await world.subscribed()
    answered = await world.http.post(mine.callback, content=bytes(33 * 1024 * 1024))
    assert answered.status_code == 413


async def test_the_services_as_they_are_run(settings: Settings, a_hub: Hub) -> None:
    """From a push to a message on Kafka, by the processes of fetch and the gateway."""
    own = settings.model_copy(update={"http": f"127.0.0.1:{free_ports()}"})
    given = {"NEWSLOOM_WEBSUB_URL": f"http://{own.http}", "NEWSLOOM_FETCH_ALLOW": "127.0.0.0/8"}
    create_topics(own)
    children = [Child(own, name, "services", "run", name, **given) for name in ("fetch", "search")]
    async with serving(Site()) as site:
        feed, links = site.url("/feed", "127.0.0.1"), f"<{a_hub.url}>; rel=hub"
        names = [f"http://127.0.0.1:{site.port}/{name}" for name in "ab"]
        site.routes["/feed"] = rss(site, Link=links)
        add(own, feed)
        with begun(children[0]), begun(children[1]):
            await until(lambda: bool(a_hub.subscriptions), LIMIT_S)
            items = "".join(f"<item><title>T</title><link>{name}</link></item>" for name in names)
            body = f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()
            site.routes["/feed"] = answer(body, kind="application/rss+xml", Link=links)
            assert await asyncio.to_thread(a_hub.push, BODY) == [202]
            await until(lambda: stored(own)[0].state.found == 2, LIMIT_S)
            told = await asyncio.to_thread(values, own, URLS)
    assert sorted(message["url"] for message in told) == names
