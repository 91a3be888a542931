"""`newsloom entities` on the real Elasticsearch: what is indexed, what comes later, and what a newer version does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch
from support.messages import enriched
from typer.testing import CliRunner

from services.cli import application
from services.contracts.messages import Enriched, Entity, Mention
from services.index.stages import Indexer
from services.index.upkeep import Upkeep
from services.runtime.settings import Settings, load_settings

pytestmark = pytest.mark.stack
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def naming(name: str, *ids: str, hour: int = 0, spelling: str = "Bob") -> Enriched:
    at = Mention(start=0, end=len(spelling), text=spelling)
    entities = tuple(Entity(id=i, name=i[7:].title(), type="person", count=1, mentions=(at,)) for i in ids)
    return enriched(name, entities=entities, fetched_at=AT + timedelta(hours=hour), models={"ner": "m 1"})


async def stored(es: AsyncElasticsearch, alias: str, article: Enriched) -> dict[str, Any]:
    await es.indices.refresh(index=alias)
    (hit,) = (await es.search(index=alias, query={"term": {"id": article.id}}))["hits"]["hits"]
    return dict(hit["_source"])


def names(document: dict[str, Any]) -> dict[str, tuple[str, int]]:
    assert document["entity_keys"] == sorted({key for e in document["entities"] for key in (e["id"], e["name"])})
    assert document["facet"]["entity"] == [f"{e['id']}|{e['name']}" for e in document["entities"]]
    return {e["id"]: (e["name"], e["count"]) for e in document["entities"]}


@pytest.fixture
def cli(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Awaitable[str]]]:
    """Runs `newsloom entities …` and gives what it prints."""
    monkeypatch.setenv("NEWSLOOM_ELASTICSEARCH", str(settings.elasticsearch))
    monkeypatch.setenv("NEWSLOOM_NAMESPACE", settings.namespace)
    load_settings.cache_clear()

    async def run(*arguments: str, code: int = 0) -> str:
        result = await asyncio.to_thread(CliRunner().invoke, application("entities"), ["entities", *arguments])
        assert (result.exit_code != 0) == bool(code), result.output
        return result.output + str(result.exception or "")

    yield run
    load_settings.cache_clear()


@pytest.mark.parametrize("page", [250, 1])
async def test_merged_for_what_is_indexed_and_for_what_comes(
    es: AsyncElasticsearch, alias: str, settings: Settings, cli, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr("services.index.decided.PAGE", page)
    old, both = naming("old", "person:bob"), naming("both", "person:bob", "person:robert")
    upkeep = Upkeep(es, settings)
    await Indexer(es, settings).articles([old, both])
    before = await es.get(index=f"{alias}-000001", id=old.id)
    assert "2 articles changed" in await cli("merge", "person:bob", "person:robert")
    assert names(await stored(es, alias, old)) == {"person:robert": ("Robert", 1)}
    assert names(await stored(es, alias, both)) == {"person:robert": ("Robert", 2)}
    after = await es.get(index=f"{alias}-000001", id=old.id)
    assert (after["_version"], after["_source"]["body"]) == (before["_version"], before["_source"]["body"])
    await upkeep.learn()
    late = naming("late", "person:bob")
    await Indexer(es, settings, decisions=lambda: upkeep.decisions).articles(
        [late, naming("old", "person:bob", hour=1)]
    )
    assert names(await stored(es, alias, late)) == {"person:robert": ("Robert", 1)}
    assert names(await stored(es, alias, old)) == {"person:robert": ("Robert", 1)}
    assert "0 articles changed" in await cli("apply")


async def test_what_a_worker_indexed_that_did_not_know_is_put_right(
    es: AsyncElasticsearch, alias: str, settings: Settings, cli
) -> None:
    await Indexer(es, settings).articles([naming("one", "person:robert")])
    await cli("rename", "person:robert", "Bobby")
    await cli("merge", "person:bob", "person:robert")
    await cli("split", "person:ann", "Bob", "Bob & Ann", "--type", "organisation")
    ignorant = [naming("two", "person:bob"), naming("three", "person:robert"), naming("four", "person:ann")]
    await Indexer(es, settings).articles(ignorant)
    await es.indices.refresh(index=alias)  # as every second
    await Upkeep(es, settings).once()
    found = [names(await stored(es, alias, article)) for article in ignorant]
    assert found == [{"person:robert": ("Bobby", 1)}] * 2 + [{"organisation:bob-ann": ("Bob & Ann", 1)}]


async def test_decisions_are_listed_taken_back_and_refused(
    es: AsyncElasticsearch, alias: str, settings: Settings, cli
) -> None:
    await Indexer(es, settings).articles([naming("one", "person:robert")])
    assert "no article names person:nobody" in await cli("merge", "person:bob", "person:nobody", code=1)
    assert "an id looks like place:lisbon" in await cli("rename", "bob", "Robert", code=1)
    await cli("merge", "person:bob", "person:robert")
    assert "are one already" in await cli("merge", "person:robert", "person:bob", code=1)
    assert '"into": "person:robert"' in await cli("list", "--json")
    assert "person:bob" in await cli("list")
    await cli("undo", "person:bob")
    await cli("undo", "person:bob", code=1)
    assert (await cli("list", "--json")).strip() == "[]"
