"""How often an article changed, on the real Elasticsearch: the same in any order; a takedown leaves nothing."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from elasticsearch import AsyncElasticsearch
from support.messages import enriched

from services.contracts.messages import Enriched
from services.index.forget import Page, forget
from services.index.generations import NOT_GONE, named
from services.index.mapping import mapping
from services.index.setup import detect_analysis
from services.index.stages import Indexer
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
TEXTS = ("one", "one", "two", "one")
ORDERS = [order for order in permutations(range(4)) if order[0] < order[-1]]


def reading(name: str, hour: int) -> Enriched:
    at = AT + timedelta(hours=hour)
    return enriched(name, fetched_at=at, content_hash=TEXTS[hour], title=TEXTS[hour], models={"ner": "m"})


async def test_any_order_tells_the_same_and_a_replay_writes_nothing(
    es: AsyncElasticsearch, alias: str, settings: Settings
) -> None:
    indexer = Indexer(es, settings)
    for order in ORDERS:
        for hour in order:
            await indexer.articles([reading("-".join(map(str, order)), hour)])
    await es.indices.refresh(index=alias)
    found = (await es.search(index=alias, query={"term": {"version_count": 3}}, size=100, seq_no_primary_term=True))[
        "hits"
    ]["hits"]
    told = [(v["content_hash"], v["at"]) for v in found[0]["_source"]["versions"]]
    assert told == [
        ("one", "2026-11-22T11:30:00.000Z"),
        ("two", "2026-11-22T10:30:00.000Z"),
        ("one", "2026-11-22T08:30:00.000Z"),
    ]
    assert len(found) == len(ORDERS)
    assert all([(v["content_hash"], v["at"]) for v in hit["_source"]["versions"]] == told for hit in found)
    assert {hit["_source"]["changed_at"] for hit in found} == {"2026-11-22T11:30:00.000Z"}
    for order in ORDERS:
        await indexer.articles([reading("-".join(map(str, order)), hour) for hour in range(4)])
    await es.indices.refresh(index=alias)
    again = await es.search(index=alias, size=100, seq_no_primary_term=True)
    assert {hit["_id"]: hit["_seq_no"] for hit in again["hits"]["hits"]} == {
        hit["_id"]: hit["_seq_no"] for hit in found
    }


async def test_an_article_of_an_older_generation_remembers_and_a_takedown_leaves_nothing(
    es: AsyncElasticsearch, alias: str, settings: Settings
) -> None:
    await Indexer(es, settings).articles([reading("a", 0)])
    await es.indices.create(index=named(alias, 2), **mapping(await detect_analysis(es)))
    newest = {"index": named(alias, 2), "alias": alias, "is_write_index": True, "filter": NOT_GONE}
    await es.indices.update_aliases(
        actions=[{"add": {**newest, "index": named(alias, 1), "is_write_index": False}}, {"add": newest}]
    )
    a = reading("a", 2)
    await Indexer(es, settings).articles([a])
    assert (await es.get(index=named(alias, 1), id=a.id))["_source"]["version_count"] == 2
    await forget(es, settings, [Page(a.id, a.url)], "asked for")
    await Indexer(es, settings).articles([reading("a", hour) for hour in range(4)])
    assert set((await es.get(index=named(alias, 1), id=a.id))["_source"]) == {"id", "url", "gone"}
