"""Where documents live, on the real Elasticsearch."""

import asyncio

import pytest
from elasticsearch import AsyncElasticsearch, NotFoundError

from services.contracts import indices
from services.index.analysis import Analysis
from services.index.generations import NOT_GONE, generations, homes, named
from services.index.mapping import mapping
from services.index.setup import ensure_indices
from services.runtime.elastic import async_client
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack


async def add_generation(es: AsyncElasticsearch, alias: str, number: int) -> str:
    """One more generation behind the alias, to be written to from now on."""
    old, new = (await generations(es, alias)).write, named(alias, number)
    await es.indices.create(index=new, mappings={"dynamic": False})
    await es.indices.update_aliases(
        actions=[
            {"add": {"index": old, "alias": alias, "is_write_index": False, "filter": NOT_GONE}},
            {"add": {"index": new, "alias": alias, "is_write_index": True, "filter": NOT_GONE}},
        ]
    )
    return new


async def test_one_generation_is_everyones_home(es: AsyncElasticsearch, alias: str) -> None:
    assert await homes(es, alias, ["a", "b"]) == dict.fromkeys("ab", named(alias, 1))


async def test_a_document_stays_where_it_is_and_what_is_new_goes_into_the_newest(
    es: AsyncElasticsearch, alias: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.index.generations.MAX_GETS", 4)
    first = named(alias, 1)
    await es.index(index=first, id="old", document={"url": "x"})
    second = await add_generation(es, alias, 2)
    await es.index(index=second, id="later", document={"url": "x"})  # found before any refresh
    third = await add_generation(es, alias, 3)
    found = await homes(es, alias, ["new", "old", "later", "old", "newer"], fresh=True)
    assert found == {"old": first, "later": second, "new": third, "newer": third}


async def test_a_tombstone_has_a_home_as_well(es: AsyncElasticsearch, alias: str) -> None:
    first = named(alias, 1)
    await es.index(index=first, id="gone", document={"id": "gone", "gone": {"at": "2026-11-22T00:00:00Z"}})
    await add_generation(es, alias, 2)
    assert await homes(es, alias, ["gone"], fresh=True) == {"gone": first}


async def test_an_index_of_an_older_release_is_brought_up_to_date(es: AsyncElasticsearch, settings: Settings) -> None:
    alias = settings.name(indices.ARTICLES)
    made = mapping(Analysis())
    kept = {name: kind for name, kind in made["mappings"]["properties"].items() if name != "gone"}
    old = {**made["mappings"], "properties": kept}
    await es.indices.create(
        index=named(alias, 1), settings=made["settings"], mappings=old, aliases={alias: {"is_write_index": True}}
    )
    await es.index(index=alias, id="kept", document={"id": "kept", "title": "as it was"})
    await asyncio.gather(*(ensure_indices(es, settings) for _ in range(3)))
    gone = {"at": "2026-11-22T00:00:00Z", "reason": "gone", "detail": "410"}
    await es.index(index=named(alias, 1), id="gone", document={"id": "gone", "gone": gone}, refresh=True)
    assert [hit["_id"] for hit in (await es.search(index=alias))["hits"]["hits"]] == ["kept"]
    assert (await es.count(index=named(alias, 1)))["count"] == 2
    assert (await generations(es, alias)).write == named(alias, 1)


async def test_no_alias_is_told_as_unavailable(es: AsyncElasticsearch, settings: Settings) -> None:
    with pytest.raises(Unavailable, match="404"):
        await homes(es, settings.name(indices.ARTICLES), ["a"])


async def test_no_server_is_told_as_unavailable(settings: Settings) -> None:
    async with async_client(settings.model_copy(update={"elasticsearch": "http://127.0.0.1:1"})) as nowhere:
        with pytest.raises(Unavailable, match="does not answer"):
            await homes(nowhere, "x", ["a"])


async def test_a_generation_that_is_gone_is_not_made_again_by_a_write(es: AsyncElasticsearch, alias: str) -> None:
    with pytest.raises(NotFoundError):
        await es.index(index=named(alias, 7), id="a", document={"url": "x"})
    assert not await es.indices.exists(index=named(alias, 7))
