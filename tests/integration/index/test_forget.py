"""Takedowns on the real Elasticsearch: nothing brings a forgotten article back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch
from support.messages import enriched
from typer.testing import CliRunner

from services.cli import application
from services.contracts import indices
from services.contracts.fates import Skip
from services.contracts.messages import Enriched, Source
from services.contracts.urls import article_id
from services.index.analysis import Analysis
from services.index.forget import Count, Page, forget, of_source
from services.index.generations import NOT_GONE, named
from services.index.mapping import mapping
from services.index.stages import Indexer
from services.index.versions import FORGOTTEN
from services.runtime.elastic import async_client
from services.runtime.settings import Settings, load_settings
from services.runtime.stage import Done

pytestmark = pytest.mark.stack
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def article(name: str, hour: int = 0, source: str = "kept.example") -> Enriched:
    return enriched(name, fetched_at=AT + timedelta(hours=hour), source=Source(id=source, name=source, domain=source))


async def visible(es: AsyncElasticsearch, alias: str) -> set[str]:
    await es.indices.refresh(index=alias)
    return {hit["_id"] for hit in (await es.search(index=alias, size=1000))["hits"]["hits"]}


async def journey(es: AsyncElasticsearch, settings: Settings, id_: str) -> dict[str, Any]:
    return dict((await es.get(index=settings.name(indices.JOURNEYS), id=id_))["_source"])


async def test_neither_replays_nor_newer_fetches_bring_it_back(
    es: AsyncElasticsearch, alias: str, settings: Settings
) -> None:
    indexer, taken, other = Indexer(es, settings), article("taken"), article("other")
    await indexer.articles([taken, other])
    assert await forget(es, settings, [Page(taken.id, taken.url)], "asked for") == Count(forgotten=1)
    assert await forget(es, settings, [Page(taken.id, None)], "asked for again") == Count(already=1)
    for again in (taken, article("taken", 5)):
        (outcome,) = await indexer.articles([again])
        assert isinstance(outcome, Skip)
        assert (outcome.reason, "asked for" in outcome.detail) == ("forgotten", True)
    assert await visible(es, alias) == {other.id}
    stored = await es.get(index=named(alias, 1), id=taken.id)
    assert stored["_version"] == FORGOTTEN
    assert set(stored["_source"]) == {"id", "url", "gone"}
    told = await journey(es, settings, taken.id)
    assert (told["fate"], told["reason"], told["detail"]) == ("skipped", "forgotten", "asked for")


async def test_a_page_never_seen_does_not_come_in(es: AsyncElasticsearch, alias: str, settings: Settings) -> None:
    never = article("never")
    assert await forget(es, settings, [Page(never.id, never.url)], "in advance") == Count(unknown=1)
    (outcome,) = await Indexer(es, settings).articles([never])
    assert isinstance(outcome, Skip)
    assert await visible(es, alias) == set()


async def test_all_of_a_source_wherever_it_lives(
    es: AsyncElasticsearch, alias: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.index.forget.PAGE", 7)
    indexer, first, second = Indexer(es, settings), named(alias, 1), named(alias, 2)
    old = [article(f"o{i}", source="bad.example") for i in range(10)]
    await indexer.articles([*old, article("kept")])
    await es.indices.create(index=second, **mapping(Analysis()))
    await es.indices.update_aliases(
        actions=[
            {"add": {"index": first, "alias": alias, "is_write_index": False, "filter": NOT_GONE}},
            {"add": {"index": second, "alias": alias, "is_write_index": True, "filter": NOT_GONE}},
        ]
    )
    late = Indexer(async_of := async_client(settings), settings)
    await late.articles([article(f"n{i}", source="bad.example") for i in range(10)])
    await async_of.close()
    doubled = {"id": old[0].id, "url": old[0].url, "title": "twice", "source": {"id": "bad.example"}}
    await es.index(index=second, id=old[0].id, document=doubled)
    found = [page async for part in of_source(es, settings, "bad.example") for page in part]
    assert len({page.id for page in found}) == 20
    pages = list({page.id: page for page in found}.values())
    assert await forget(es, settings, pages, "all of it") == Count(forgotten=20)
    assert await visible(es, alias) == {article("kept").id}
    assert [page async for page in of_source(es, settings, "bad.example")] == []


async def test_a_page_gone_by_itself_can_be_forgotten_as_well(
    es: AsyncElasticsearch, alias: str, settings: Settings
) -> None:
    indexer, page = Indexer(es, settings), article("gone")
    from services.contracts.messages import Fate

    fate = Fate(
        id=page.id, url=page.url, stage="fetch", fate="skipped", reason="gone", detail="410", at=AT, fetched_at=AT
    )
    assert await indexer.fates([fate]) == [Done()]
    assert await forget(es, settings, [Page(page.id, None)], "for good") == Count(forgotten=1)
    (outcome,) = await indexer.articles([article("gone", 9)])  # it came back, but not here
    assert isinstance(outcome, Skip)
    assert outcome.reason == "forgotten"


def cli(settings: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    monkeypatch.setenv("NEWSLOOM_ELASTICSEARCH", str(settings.elasticsearch))
    monkeypatch.setenv("NEWSLOOM_NAMESPACE", settings.namespace)
    load_settings.cache_clear()
    result = CliRunner().invoke(application("forget"), list(arguments))
    load_settings.cache_clear()
    return result.exit_code, result.output + str(result.exception or "")


def test_the_command_says_what_it_does_and_asks_first(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://news.example/taken?utm_source=x"
    code, said = cli(settings, monkeypatch, "forget", url, "--dry-run")
    assert (code, "1 pages would be forgotten" in said, "https://news.example/taken" in said) == (0, True, True)
    code, said = cli(settings, monkeypatch, "forget", url)
    assert code != 0
    assert "--yes" in said
    code, said = cli(settings, monkeypatch, "forget", url, "--yes", "--reason", "court order")
    assert code == 0, said
    assert "1 were never here" in said
    for holder in ("news.enriched.v1", "news.pages.v1.dead", "WARC", "segments"):
        assert holder in said
    code, said = cli(settings, monkeypatch, "forget", article_id(url), "--yes", "--json")
    assert '"already": 1' in said
    code, said = cli(settings, monkeypatch, "forget", "no url", "--yes")
    assert "neither an id nor a URL" in said
    code, said = cli(settings, monkeypatch, "forget")
    assert "--source" in said
    code, said = cli(settings, monkeypatch, "forget", "--source", "nobody", "--yes")
    assert (code, "registry" in said) == (0, True)
