"""The live stream on real servers: what matches comes once it can be found, and a reader who comes back goes on."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from support.archive import fill, write
from support.gateway import served
from support.messages import enriched
from support.topics import add_partitions, create_topics

from services.contracts import indices
from services.contracts.messages import Enriched, Indexed
from services.contracts.topics import INDEXED
from services.index.document import to_document
from services.runtime.elastic import async_client
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings
from services.standalone.ports import unused

pytestmark = pytest.mark.stack
Event = dict[str, str]


async def events(response: httpx.Response) -> AsyncIterator[Event]:
    """Events as a browser's EventSource takes them apart; comments and times to wait are left out."""
    found: Event = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name in ("id", "event", "data"):
            found[name] = value
        if not line and found:
            yield found
            found = {}


async def bring(settings: Settings, *articles: Enriched, late_s: float = 0) -> None:
    """Tell of articles on the topic and put them into the index `late_s` seconds after."""
    now = datetime.now(UTC)
    async with Publisher(settings) as publisher:
        for article in articles:
            fields = {n: getattr(article, n) for n in ("id", "url", "title", "language", "source", "fetched_at")}
            await publisher.send(INDEXED, Indexed(**fields, indexed_at=now), article.id)
    await asyncio.sleep(late_s)
    es = async_client(settings)
    try:
        await write(es, settings, indices.ARTICLES, [to_document(article, now) for article in articles])
    finally:
        await es.close()


@pytest.fixture
async def ready(settings: Settings) -> Settings:
    await fill(settings, [enriched("old", title="Harbour before")])
    await asyncio.to_thread(create_topics, settings)
    return settings


async def following(found: AsyncIterator[Event]) -> Event:
    return await asyncio.wait_for(anext(found), 60)


async def test_matching_news_come_and_a_reader_goes_on_after_them(ready: Settings) -> None:
    news = [enriched(f"n{i}", title=f"Harbour {i}", language="en" if i % 2 else "de") for i in range(6)]
    async with served(ready) as (http, _):
        async with http.stream("GET", "/v1/stream?q=harbour&language=en") as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            assert response.headers["cache-control"] == "no-store"
            found = events(response)
            start = await following(found)  # the place from which on it reads
            assert set(start) == {"id"}
            await bring(ready, *news, late_s=1.0)  # told of before a search finds them, as by default
            got = [await following(found) for _ in range(3)]
        told = [json.loads(event["data"]) for event in got]
        assert {article["title"] for article in told} == {"Harbour 1", "Harbour 3", "Harbour 5"}
        assert {event["event"] for event in got} == {"article"}
        assert "body" not in told[0]
        await bring(ready, enriched("n7", title="Harbour 7"), enriched("other", title="Weather"))
        headers = {"Last-Event-ID": got[0]["id"]}
        async with http.stream("GET", "/v1/stream?q=harbour&language=en", headers=headers) as response:
            again = events(response)
            await following(again)
            rest = [json.loads((await following(again))["data"])["title"] for _ in range(3)]
        assert sorted(rest) == sorted([*(article["title"] for article in told[1:]), "Harbour 7"])


async def test_a_place_of_a_topic_that_was_made_anew_begins_at_its_start(ready: Settings) -> None:
    await bring(ready, enriched("n1", title="Harbour 1"))
    async with served(ready) as (http, _):
        headers = {"Last-Event-ID": "-".join(f"{partition}.999999" for partition in range(INDEXED.partitions))}
        async with http.stream("GET", "/v1/stream", headers=headers) as response:
            found = events(response)
            await following(found)
            assert json.loads((await following(found))["data"])["title"] == "Harbour 1"


async def test_partitions_that_are_added_are_followed_and_nothing_comes_twice(ready: Settings) -> None:
    news = [enriched(f"n{i}", title=f"Harbour {i}") for i in range(20)]
    async with served(ready) as (http, _), http.stream("GET", "/v1/stream?q=harbour") as response:
        found = events(response)
        await following(found)
        await bring(ready, *news[:10])
        got = [await following(found) for _ in range(10)]
        await asyncio.to_thread(add_partitions, ready, 15, INDEXED)
        await bring(ready, *news[10:])
        got += [await following(found) for _ in range(10)]
    assert sorted(json.loads(event["data"])["title"] for event in got) == sorted(article.title for article in news)
    assert max(int(place.partition(".")[0]) for place in got[-1]["id"].split("-")) >= 8


async def test_an_article_that_is_never_found_holds_nothing_up_for_long(ready: Settings) -> None:
    lost, good = enriched("lost", title="Harbour lost"), enriched("good", title="Harbour good")
    async with served(ready) as (http, _), http.stream("GET", "/v1/stream?q=harbour") as response:
        found = events(response)
        await following(found)
        async with Publisher(ready) as publisher:
            fields = {n: getattr(lost, n) for n in ("id", "url", "title", "language", "source", "fetched_at")}
            await publisher.send(INDEXED, Indexed(**fields, indexed_at=datetime.now(UTC)), lost.id)
            await publisher.send_raw(INDEXED, b"x", b"no message of ours", [])
        await bring(ready, good)
        assert json.loads((await following(found))["data"])["title"] == "Harbour good"


async def test_streams_end_when_the_gateway_stops(ready: Settings) -> None:
    async with served(ready) as (http, server):
        streams = server._streams
        async with http.stream("GET", "/v1/stream") as response:
            found = events(response)
            await following(found)
            assert streams.open == 1
            server.should_exit = True
            assert [event async for event in found] == []  # ended as a whole answer, not cut off
        assert streams.open == 0


async def test_a_reader_who_leaves_makes_room(ready: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.search.live.MOST_STREAMS", 1)
    async with served(ready) as (http, server):
        async with http.stream("GET", "/v1/stream") as response:
            found = events(response)  # kept: when an iterator of a response goes, httpcore closes its connection
            await following(found)
            refused = await asyncio.wait_for(http.get("/v1/stream"), 60)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
        async with asyncio.timeout(30):
            while server._streams.open:
                await asyncio.sleep(0.05)
        async with http.stream("GET", "/v1/stream") as response:
            assert response.status_code == 200


async def test_what_can_not_be_streamed_is_said_before(ready: Settings) -> None:
    async with served(ready) as (http, _):
        for address, said in (
            ("q=(a", "has no )"),
            ("from=soon", "from"),
            ("colour=red", "colour"),
            ("page=2", "page"),
        ):
            refused = await http.get(f"/v1/stream?{address}")
            assert refused.status_code == 422
            assert said in refused.json()["detail"]
        refused = await http.get("/v1/stream", headers={"Last-Event-ID": "nonsense"})
        assert (refused.status_code, "Last-Event-ID" in refused.json()["detail"]) == (422, True)
        head = await http.head("/v1/stream")
        assert head.headers["content-type"].startswith("text/event-stream")


async def test_without_kafka_there_is_no_stream(ready: Settings, serve: Any) -> None:
    away = ready.model_copy(update={"kafka": f"127.0.0.1:{unused('127.0.0.1')}"})
    async with serve(away) as http:
        refused = await http.get("/v1/stream")
        assert (refused.status_code, "Kafka" in refused.json()["detail"]) == (503, True)
