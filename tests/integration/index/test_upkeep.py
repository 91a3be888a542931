"""New generations and retention on the real Elasticsearch."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch
from support.messages import enriched

from services.contracts import indices
from services.contracts.fates import Skip
from services.contracts.messages import Enriched, Source
from services.contracts.sources import SourceRecord
from services.index import rollover
from services.index.analysis import Analysis
from services.index.forget import Page, forget
from services.index.generations import Generations, generations, homes, named
from services.index.setup import ensure_indices
from services.index.stages import Indexer
from services.index.upkeep import Upkeep
from services.runtime.elastic import async_client
from services.runtime.settings import Settings
from services.runtime.stage import Forward
from services.runtime.waiting import Dependencies

pytestmark = pytest.mark.stack
NOW = datetime.now(UTC)


@pytest.fixture
async def alias(es: AsyncElasticsearch, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    async def plain(_: AsyncElasticsearch) -> Analysis:
        return Analysis()

    monkeypatch.setattr("services.index.rollover.detect_analysis", plain)
    monkeypatch.setattr("services.index.setup.detect_analysis", plain)
    await ensure_indices(es, settings)
    return settings.name(indices.ARTICLES)


def article(name: str, age_days: float = 0, source: str = "news.example", **fields: Any) -> Enriched:
    given = {"published_at": NOW - timedelta(days=age_days), "fetched_at": NOW - timedelta(seconds=5), **fields}
    return enriched(name, source=Source(id=source, name=source, domain=source), **given)


async def index(es: AsyncElasticsearch, settings: Settings, articles: list[Enriched]) -> None:
    indexer = Indexer(es, settings)
    outcomes = await Dependencies().wait_for("elasticsearch", lambda: indexer.articles(articles))
    assert all(isinstance(outcome, Forward) for outcome in outcomes), outcomes


async def contents(es: AsyncElasticsearch, name: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Id → index and document; fails when an id is there twice."""
    await es.indices.refresh(index=name)
    hits = (await es.search(index=name, size=5000))["hits"]["hits"]
    assert len({hit["_id"] for hit in hits}) == len(hits)
    return {hit["_id"]: (hit["_index"], hit["_source"]) for hit in hits}


def with_(settings: Settings, **values: Any) -> Settings:
    return settings.model_copy(update=values)


async def roll(es: AsyncElasticsearch, settings: Settings) -> str | None:
    await es.indices.refresh(index=settings.name(indices.ARTICLES))
    return await rollover.roll_over(es, with_(settings, rollover_docs=1))


async def test_a_full_generation_is_followed_by_a_new_one(
    es: AsyncElasticsearch, alias: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollover, "SETTLE_S", 1.5)
    assert await roll(es, settings) is None  # it is empty
    first, second = named(alias, 1), named(alias, 2)
    await index(es, settings, [article("a"), article("b")])
    await es.indices.refresh(index=alias)
    assert await rollover.roll_over(es, with_(settings, rollover_docs=3)) is None
    assert await roll(es, settings) == second
    assert await generations(es, alias) == Generations((second, first), second)
    newer = article("a", fetched_at=NOW, title="newer")
    await index(es, settings, [newer, article("c")])
    found = await contents(es, alias)
    assert {id_: (where, doc["title"]) for id_, (where, doc) in found.items()} == {
        newer.id: (first, "newer"),
        article("b").id: (first, "Title of b"),
        article("c").id: (second, "Title of c"),
    }
    filters = (await es.indices.get_alias(name=alias)).body
    assert all("filter" in member["aliases"][alias] for member in filters.values())


async def test_writes_of_the_same_pages_by_two_workers_land_once_while_generations_begin(
    es: AsyncElasticsearch, alias: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollover, "SETTLE_S", 2.0)
    written: set[str] = set()
    done = asyncio.Event()

    async def worker(client: AsyncElasticsearch) -> None:
        indexer, turn = Indexer(client, settings), 0
        while not done.is_set():
            batch = [article(f"t{turn}-{i}") for i in range(5)] + [article(f"t{turn // 2}-0", title="again")]
            await Dependencies().wait_for("elasticsearch", lambda batch=batch: indexer.articles(batch))
            written.update(a.id for a in batch)
            turn += 1

    async def keeper(client: AsyncElasticsearch) -> None:
        for _ in range(2):
            await asyncio.sleep(0.5)
            await roll(client, settings)
        done.set()

    clients = [async_client(settings) for _ in range(4)]
    try:
        await asyncio.gather(worker(clients[0]), worker(clients[1]), keeper(clients[2]), keeper(clients[3]))
    finally:
        for client in clients:
            await client.close()
    known = await generations(es, alias)
    assert len(known.names) >= 2
    assert set(await contents(es, alias)) == written
    assert await rollover.closed(es, alias) == set()
    await index(es, settings, [article("after")])


async def test_a_worker_that_looked_before_a_generation_began_does_not_double_an_article(
    es: AsyncElasticsearch, alias: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.index.generations.KNOWN_FOR_S", 20.0)
    monkeypatch.setattr(rollover, "SETTLE_S", 4.0)
    await index(es, settings, [article("a")])
    async with async_client(settings) as late, async_client(settings) as keeper, async_client(settings) as early:
        assert await homes(late, alias, ["x"]) == {"x": named(alias, 1)}
        rolling = asyncio.create_task(roll(keeper, settings))
        while (await generations(es, alias)).write != named(alias, 2):
            await asyncio.sleep(0.02)
        same = article("new")
        await index(early, settings, [same])
        await index(late, settings, [same])  # it still believes in the old generation
        assert await rolling == named(alias, 2)
    assert (await contents(es, alias))[same.id][0] == named(alias, 2)


async def test_what_a_dead_worker_left_closed_is_opened(
    es: AsyncElasticsearch, alias: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await index(es, settings, [article("a")])

    class Dead(BaseException):
        pass

    async def die(*_: Any) -> None:
        raise Dead

    with monkeypatch.context() as dying:
        dying.setattr(rollover, "open_again", die)
        dying.setattr(rollover, "_member", lambda *_: 1 / 0)
        with pytest.raises((Dead, ZeroDivisionError)):
            await roll(es, settings)
    assert await rollover.closed(es, alias) == {named(alias, 1)}
    upkeep = Upkeep(es, settings)
    await upkeep.once()
    await upkeep.once()
    assert await rollover.closed(es, alias) == set()
    await index(es, settings, [article("b")])
    monkeypatch.setattr(rollover, "SETTLE_S", 0.0)
    assert await roll(es, settings) == named(alias, 2)  # the index that it had made is used


async def journey(es: AsyncElasticsearch, settings: Settings, of: Enriched) -> dict[str, Any]:
    return dict((await es.get(index=settings.name(indices.JOURNEYS), id=of.id))["_source"])


async def test_what_is_past_its_time_goes_and_does_not_come_back(
    es: AsyncElasticsearch, alias: str, settings: Settings
) -> None:
    kept, old = article("kept", 9), article("old", 11)
    short, long = article("short", 4, "short.example"), article("long", 5000, "long.example")
    await index(es, settings, [kept, old, short, long])
    registry = settings.name(indices.SOURCES)
    for source, days in (("short.example", 3), ("long.example", 0), ("plain.example", None)):
        record = SourceRecord(id=source, name=source, retention_days=days)
        await es.index(index=registry, id=source, document=record.model_dump(mode="json"), refresh=True)
    await es.indices.refresh(index=alias)
    upkeep = Upkeep(es, with_(settings, retention_days=10))
    await upkeep.once()
    assert set(await contents(es, alias)) == {kept.id, long.id}
    for gone in (old, short):
        told = await journey(es, settings, gone)
        assert (told["fate"], told["reason"], told["url"]) == ("skipped", "expired", gone.url)
    indexer = Indexer(es, settings, retention=lambda: upkeep.retention)
    outcomes = await indexer.articles([old, kept, short, long])
    assert [isinstance(outcome, Skip) for outcome in outcomes] == [True, False, True, False]
    assert isinstance(outcomes[0], Skip)
    assert (outcomes[0].reason, "10 days" in outcomes[0].detail) == ("expired", True)
    assert set(await contents(es, alias)) == {kept.id, long.id}


async def test_a_generation_that_is_past_goes_whole_and_its_tombstones_stay(
    es: AsyncElasticsearch, alias: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollover, "SETTLE_S", 0.0)
    monkeypatch.setattr("services.index.generations.KNOWN_FOR_S", 0.0)  # what SETTLE_S is longer than
    monkeypatch.setattr("services.index.expiry.PAGE", 4)
    old = [article(f"old{i}", 20) for i in range(10)]
    taken = article("taken", 20)
    await index(es, settings, [*old, taken])
    await forget(es, settings, [Page(taken.id, taken.url)], "asked for")
    assert await roll(es, settings) == named(alias, 2)
    await index(es, settings, [article("new")])
    await es.indices.refresh(index=alias)
    upkeep = Upkeep(es, with_(settings, retention_days=10))
    await upkeep.once()
    assert (await generations(es, alias)).names == (named(alias, 2),)
    assert set(await contents(es, alias)) == {article("new").id}
    assert (await journey(es, settings, old[3]))["reason"] == "expired"
    (outcome,) = await Indexer(es, settings).articles([taken])
    assert isinstance(outcome, Skip)
    assert outcome.reason == "forgotten"
    await upkeep.once()  # again is harmless


async def test_one_that_was_renewed_meanwhile_stays(
    es: AsyncElasticsearch, alias: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.index import expiry, paging

    old = article("old", 20)
    await index(es, settings, [old, article("new")])
    made = expiry._journey

    def meanwhile(*given: Any) -> Any:
        renewals.append(1)
        return made(*given)

    renewals: list[int] = []
    monkeypatch.setattr(expiry, "_journey", meanwhile)
    searched = paging.pages

    async def then_renew(*given: Any) -> Any:
        async for hits in searched(*given):
            renewed = article("old", 1, fetched_at=NOW, title="renewed")
            await index(es, settings, [renewed])
            yield hits

    monkeypatch.setattr(paging, "pages", then_renew)
    await es.indices.refresh(index=alias)
    await Upkeep(es, with_(settings, retention_days=10)).once()
    assert renewals
    assert (await contents(es, alias))[old.id][1]["title"] == "renewed"
    assert (await journey(es, settings, old))["fate"] == "indexed"
