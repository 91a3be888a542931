"""Bulk writes on real Elasticsearch: versions, refusals, waiting, replays."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.messages import enriched

from services.contracts import indices
from services.contracts.messages import Enriched, Fate
from services.index.bulk import STALE, WRITTEN, Kind, Write
from services.index.document import to_document
from services.index.pace import Limits
from services.index.setup import ensure_indices
from services.index.stages import Indexer
from services.index.versions import article_version
from services.index.writer import Writer
from services.runtime.elastic import async_client
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.stage import Done, Failure, Forward
from services.runtime.waiting import Dependencies

pytestmark = pytest.mark.stack
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def version(name: str, hour: int, **fields: Any) -> Enriched:
    return enriched(name, fetched_at=AT + timedelta(hours=hour), title=f"{name} of hour {hour}", **fields)


def write(alias: str, article: Enriched) -> Write:
    return Write(alias, article.id, article_version(article.fetched_at), to_document(article, AT))


async def stored(es: AsyncElasticsearch, index: str) -> dict[str, dict[str, Any]]:
    await es.indices.refresh(index=index)
    hits = (await es.search(index=index, size=100))["hits"]["hits"]
    return {hit["_id"]: hit["_source"] for hit in hits}


async def test_a_stale_version_is_a_success_and_changes_nothing(es: AsyncElasticsearch, alias: str) -> None:
    new, old = version("a", 2), version("a", 1)
    assert await Writer(es).write_all([write(alias, new)]) == [WRITTEN]
    assert await Writer(es).write_all([write(alias, old), write(alias, new)]) == [STALE, STALE]
    assert (await stored(es, alias))[new.id]["title"] == "a of hour 2"


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
async def test_of_two_messages_of_one_page_in_a_batch_the_newest_wins(
    es: AsyncElasticsearch, alias: str, order: tuple[int, int]
) -> None:
    answers = await Writer(es).write_all([write(alias, version("a", hour)) for hour in order])
    assert answers == [
        WRITTEN,
        WRITTEN if order == (1, 2) else STALE,
    ]
    assert (await stored(es, alias))[version("a", 1).id]["title"] == "a of hour 2"


async def test_a_refused_document_dies_alone(es: AsyncElasticsearch, alias: str, settings: Settings) -> None:
    good, bad, last = version("a", 1), version("b", 1), version("c", 1)
    writes = [write(alias, good), Write(alias, bad.id, 5, {"fetched_at": "no date at all"}), write(alias, last)]
    first, second, third = await Writer(es).write_all(writes)
    assert (first, third) == (WRITTEN, WRITTEN)
    assert second.kind is Kind.REFUSED
    assert "document_parsing_exception" in second.reason
    assert "fetched_at" in second.reason
    assert set(await stored(es, alias)) == {good.id, last.id}


async def test_requests_are_split_and_answers_stay_in_order(es: AsyncElasticsearch, alias: str) -> None:
    writes = [write(alias, version(f"p{i}", 1)) for i in range(30)]
    writes[17] = Write(alias, writes[17].id, 1, {"fetched_at": "no date"})
    small = Limits(first_bytes=3000, least_bytes=3000, most_bytes=3000, least_share=1)
    answers = await Writer(es, small).write_all(writes)
    assert [i for i, answer in enumerate(answers) if answer != WRITTEN] == [17]
    assert len(await stored(es, alias)) == 29


async def test_a_missing_alias_is_waited_for_and_no_index_appears_by_accident(
    es: AsyncElasticsearch, settings: Settings
) -> None:
    indexer, naps = Indexer(es, settings), []

    async def nap(_: float) -> None:
        naps.append(list(dependencies.reasons()))
        assert not await es.indices.exists(index=settings.name(indices.ARTICLES))
        if len(naps) == 2:
            await ensure_indices(es, settings)

    dependencies = Dependencies(nap)
    (outcome,) = await dependencies.wait_for("elasticsearch", lambda: indexer.articles([version("a", 1)]))
    assert isinstance(outcome, Forward)
    assert "404" in naps[0][0]
    assert dependencies.reasons() == []


async def test_a_blocked_index_is_waited_for(es: AsyncElasticsearch, alias: str) -> None:
    await es.indices.put_settings(index=alias, settings={"index.blocks.write": True})
    with pytest.raises(Unavailable, match=r"\(403\)"):
        await Writer(es).write_all([write(alias, version("a", 1))])
    await es.indices.put_settings(index=alias, settings={"index.blocks.write": None})
    assert await Writer(es).write_all([write(alias, version("a", 1))]) == [WRITTEN]


async def test_no_elasticsearch_is_told_as_unavailable(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"elasticsearch": "http://127.0.0.1:1"})
    client = async_client(nowhere)
    try:
        with pytest.raises(Unavailable, match="Elasticsearch does not answer"):
            await Writer(client).write_all([write("x", version("a", 1))])
        with pytest.raises(Unavailable, match=r"Elasticsearch at http://127.0.0.1:1 does not answer"):
            await ensure_indices(client, nowhere)
    finally:
        await client.close()


async def test_indices_are_made_once_however_many_workers_start(es: AsyncElasticsearch, settings: Settings) -> None:
    await asyncio.gather(*(ensure_indices(es, settings) for _ in range(5)))
    for name in (indices.ARTICLES, indices.JOURNEYS):
        found = (await es.indices.get_alias(name=settings.name(name))).body
        assert list(found) == [f"{settings.name(name)}-000001"]
        made = (await es.indices.get(index=settings.name(name))).body[f"{settings.name(name)}-000001"]
        assert made["mappings"]["dynamic"] == "false"
        assert made["settings"]["index"]["refresh_interval"] == "1s"


def fate(name: str, hour: int, kind: str) -> Fate:
    article = version(name, hour)
    about = {"id": article.id, "url": article.url, "stage": "clean", "reason": "too_short", "detail": f"of hour {hour}"}
    return Fate(**about, fate=kind, at=AT, fetched_at=article.fetched_at)


Event = st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.sampled_from(["indexed", "skipped", "dead"]))


@given(st.lists(Event, min_size=1, max_size=6), st.data())
@hypothesis_settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_replays_in_any_order_give_the_same_archive(
    es: AsyncElasticsearch, alias: str, settings: Settings, events: list[tuple[str, int, str]], data: st.DataObject
) -> None:
    journeys = settings.name(indices.JOURNEYS)
    for name in (alias, journeys):  # an empty archive for each example
        await es.indices.delete(index=f"{name}-000001")
    await ensure_indices(es, settings)
    indexer = Indexer(es, settings)
    played = data.draw(st.permutations([*events, *data.draw(st.lists(st.sampled_from(events), max_size=4))]))
    for place, (name, hour, kind) in enumerate(played):
        seen = played[:place]
        if kind == "indexed":
            (outcome,) = await indexer.articles([version(name, hour)])
            newer = any(n == name and h > hour for n, h, k in seen if k == "indexed")
            assert isinstance(outcome, Done if newer else Forward)
        else:
            assert await indexer.fates([fate(name, hour, kind)]) == [Done()]
    rank = {"dead": 0, "skipped": 1, "indexed": 2}
    finals = {
        n: max((e for e in events if e[0] == n), key=lambda e: (e[1], rank[e[2]])) for n in {e[0] for e in events}
    }
    kept = {
        n: max(e[1] for e in events if e[0] == n and e[2] == "indexed")
        for n in {e[0] for e in events if e[2] == "indexed"}
    }
    assert {d["title"] for d in (await stored(es, alias)).values()} == {f"{n} of hour {h}" for n, h in kept.items()}
    found = {
        id_: (j["fate"], datetime.fromisoformat(j["fetched_at"])) for id_, j in (await stored(es, journeys)).items()
    }
    assert found == {version(n, 0).id: (kind, AT + timedelta(hours=hour)) for n, hour, kind in finals.values()}


async def test_a_fate_that_elasticsearch_refuses_is_a_failure_of_that_fate_only(
    es: AsyncElasticsearch, alias: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = fate("a", 1, "skipped"), fate("b", 1, "dead")
    from services.index import stages

    made = stages.ended_journey
    monkeypatch.setattr(stages, "ended_journey", lambda f: {**made(f), **({"at": "no date"} if f.id == bad.id else {})})
    first, second = await Indexer(es, settings).fates([good, bad])
    assert first == Done()
    assert isinstance(second, Failure)
    assert str(second.reason) == "rejected_by_index"
