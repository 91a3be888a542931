"""Articles and tombstones in any order on real Elasticsearch; a proxy in between refuses, cuts and delays."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from elasticsearch import AsyncElasticsearch
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.messages import enriched

from services.contracts import indices
from services.contracts.fates import Skip
from services.contracts.messages import Enriched, Entity, Fate
from services.index.pace import Limits
from services.index.setup import ensure_indices
from services.index.stages import Indexer
from services.index.stored import look_up
from services.index.tombstones import tombstone
from services.index.versions import FORGOTTEN
from services.index.writer import Writer
from services.runtime.elastic import async_client
from services.runtime.settings import Settings
from services.runtime.stage import Done, Failure, Forward

pytestmark = pytest.mark.stack
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@pytest.fixture
async def es(es: AsyncElasticsearch, settings: Settings) -> AsyncElasticsearch:
    await ensure_indices(es, settings)
    return es


def of_hour(name: str, hour: int, text: str = "one", full: bool = True) -> Enriched:
    who = Entity(id=f"person:{hour}-{full}", name=f"P {hour}", type="person", count=1)
    models = {"ner": f"m{hour}"} if full else {}
    at = AT + timedelta(hours=hour)
    return enriched(name, fetched_at=at, content_hash=text, title=text, entities=(who,), models=models)


def gone(name: str, hour: int) -> Fate:
    a = of_hour(name, hour)
    about = {"id": a.id, "url": a.url, "fate": "skipped", "reason": "gone", "detail": "410", "stage": "fetch"}
    return Fate(**about, at=AT, fetched_at=a.fetched_at)


async def read(es: AsyncElasticsearch, settings: Settings, article: Enriched) -> dict[str, Any]:
    found = await look_up(es, settings.name(indices.ARTICLES), [article.id])
    return found[article.id].document


Step = tuple[str, bool]  # text ("": gone), with its model
Steps = st.lists(st.tuples(st.sampled_from(["one", "one", "two", ""]), st.booleans()), min_size=1, max_size=4)


def expected(steps: list[Step]) -> tuple[str, str | None]:
    """Text and the one entity of what is kept, by the rule in kept.py."""
    newest = steps[-1][0]
    if not newest:
        return "", None
    for hour in range(len(steps) - 1, -1, -1):
        if steps[hour][0] != newest:
            break
        if steps[hour][1]:
            return newest, f"person:{hour}-True"
    return newest, f"person:{len(steps) - 1}-False"


@given(Steps, st.data())
@hypothesis_settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_order_and_replay_end_the_same(
    es: AsyncElasticsearch, settings: Settings, steps: list[Step], data: st.DataObject
) -> None:
    indexer, name = Indexer(es, settings), secrets.token_hex(8)  # a page of its own for each example
    hours = list(range(len(steps)))
    for hour in data.draw(st.permutations(hours + data.draw(st.lists(st.sampled_from(hours), max_size=3)))):
        text, full = steps[hour]
        if text:
            await indexer.articles([of_hour(name, hour, text, full)])
        else:
            assert await indexer.fates([gone(name, hour)]) == [Done()]
    document = await read(es, settings, of_hour(name, 0))
    text, entity = expected(steps)
    if not text:
        assert set(document) == {"id", "url", "gone"}
    else:
        assert (document["title"], [e["id"] for e in document["entities"]]) == (text, [entity])


async def test_readers_see_no_tombstone_and_a_later_fetch_brings_the_article_back(
    es: AsyncElasticsearch, settings: Settings
) -> None:
    indexer, alias = Indexer(es, settings), settings.name(indices.ARTICLES)

    async def visible() -> int:
        await es.indices.refresh(index=alias)
        return int((await es.count(index=alias))["count"])

    await indexer.articles([of_hour("a", 1)])
    assert await visible() == 1
    await indexer.fates([gone("a", 2)])
    assert await visible() == 0
    (outcome,) = await indexer.articles([of_hour("a", 1)])
    assert isinstance(outcome, Skip)
    assert str(outcome.reason) == "gone"
    assert await visible() == 0
    (outcome,) = await indexer.articles([of_hour("a", 3)])
    assert isinstance(outcome, Forward)
    assert await visible() == 1


async def test_nothing_brings_back_what_was_taken_down(es: AsyncElasticsearch, settings: Settings) -> None:
    indexer, a = Indexer(es, settings), of_hour("a", 1)
    document = tombstone(a.id, a.url, AT, "forgotten", "on request")
    alias = settings.name(indices.ARTICLES)
    await es.index(index=f"{alias}-000001", id=a.id, document=document, version=FORGOTTEN, version_type="external")
    late = enriched("a", fetched_at=datetime(9999, 12, 31, tzinfo=UTC), revision=999, models={"ner": "m"})
    (outcome,) = await indexer.articles([late])
    assert isinstance(outcome, Skip)
    assert str(outcome.reason) == "forgotten"
    await indexer.fates([gone("a", 9)])
    assert await read(es, settings, a) == document


async def test_told_as_searchable_it_can_be_found_at_once(es: AsyncElasticsearch, settings: Settings) -> None:
    indexer = Indexer(es, settings.model_copy(update={"indexed_when": "searchable"}))
    assert all(isinstance(o, Forward) for o in await indexer.articles([of_hour(f"p{i}", 1) for i in range(5)]))
    assert (await es.count(index=settings.name(indices.ARTICLES)))["count"] == 5


Trick = Callable[[int, web.Request, Callable[[], Awaitable[web.Response]]], Awaitable[web.StreamResponse]]


class Proxy:
    """An HTTP proxy before Elasticsearch; `trick(number of the bulk request, request, pass it on)` answers for it."""

    def __init__(self, target: str, trick: Trick) -> None:
        self._target, self._trick, self.bulks = target, trick, 0

    async def __aenter__(self) -> str:
        self._session = ClientSession()
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()

        async def forward() -> web.Response:
            kept = {k: v for k, v in request.headers.items() if k.lower() in ("content-type", "accept")}
            url = f"{self._target}{request.rel_url}"
            async with self._session.request(request.method, url, data=body, headers=kept) as answer:
                headers = {
                    k: v for k, v in answer.headers.items() if k.lower() in ("content-type", "x-elastic-product")
                }
                return web.Response(status=answer.status, body=await answer.read(), headers=headers)

        if not request.path.endswith("_bulk"):
            return await forward()
        self.bulks += 1
        return await self._trick(self.bulks, request, forward)


def busy(status: int) -> Trick:
    async def trick(number: int, request: web.Request, forward: Any) -> web.StreamResponse:
        return web.json_response({"error": "busy"}, status=status) if number <= 2 else await forward()

    return trick


async def cut_after_write(number: int, request: web.Request, forward: Any) -> web.StreamResponse:
    answer: web.Response = await forward()
    if number <= 2 and request.transport:
        request.transport.abort()
    return answer


async def small_only(number: int, request: web.Request, forward: Any) -> web.StreamResponse:
    return web.json_response({}, status=413) if len(await request.read()) > 8000 else await forward()


@pytest.mark.parametrize("trick", [busy(429), busy(503), cut_after_write, small_only])
async def test_everything_arrives_through_a_server_that_is_busy_cuts_or_takes_little(
    es: AsyncElasticsearch, settings: Settings, trick: Trick
) -> None:
    proxy = Proxy(settings.es_url, trick)
    async with proxy as url:
        client = async_client(settings.model_copy(update={"elasticsearch": url}))
        writer = Writer(client, Limits(patience_s=20, first_delay_s=0.01))
        articles = [of_hour(f"p{i}", 1) for i in range(40)]
        articles[7] = enriched("bad", title="t", body="x" * 20_000) if trick is small_only else articles[7]
        try:
            outcomes = await asyncio.wait_for(Indexer(client, settings, writer).articles(articles), 120)
        finally:
            await client.close()
    refused = [place for place, outcome in enumerate(outcomes) if isinstance(outcome, Failure)]
    assert refused == ([7] if trick is small_only else [])
    for name in (indices.ARTICLES, indices.JOURNEYS):
        await es.indices.refresh(index=settings.name(name))
        assert (await es.count(index=settings.name(name)))["count"] == 40 - len(refused)
    assert proxy.bulks > 2
