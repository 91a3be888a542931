"""Stories on the real Elasticsearch: in any order, by several workers, through versions, takedowns and rebuilding."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch
from support.messages import enriched
from support.processes import Child, eventually, free_ports, running

from services.contracts import indices
from services.contracts.messages import Enriched, Entity, Indexed
from services.contracts.shingles import fingerprint
from services.contracts.topics import INDEXED
from services.index.analysis import Analysis
from services.index.archive import Archive
from services.index.document import article_record, ungrouped
from services.index.forget import Page, forget
from services.index.setup import ensure_indices
from services.index.stages import Indexer
from services.index.stories.app import sweep
from services.index.stories.group import Grouper
from services.index.stories.shelf import Shelf
from services.index.versions import article_version
from services.index.writer import Writer
from services.runtime.elastic import async_client, sync_client
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
SUBJECTS = ("sardines", "timber", "wool", "cement", "olives")
FERRY = "A passenger ferry ran aground off Paros on Tuesday, the coast guard said. Tugs from Piraeus are on their way."
AGAIN = "The coast guard took passengers off the ferry that ran aground near Paros. Two tugs left Piraeus on Tuesday."
COAST = (Entity(id="place:paros", name="Paros", type="place", count=1),)


def wire(subject: str, paragraphs: Sequence[int] = range(8)) -> str:
    """A text of its own for each subject; versions of it have other paragraphs."""
    dice = {n: random.Random(f"{subject} {n}") for n in paragraphs}
    return "\n\n".join(" ".join(f"{subject[:3]}{dice[n].randrange(500)}" for _ in range(25)) for n in paragraphs)


def copies(count: int = 4) -> list[Enriched]:
    """Five stories of `count` copies each, an hour between copies."""
    return [
        article(f"{subject}-{number}", wire(subject, range(number % 3, 8)), number)
        for subject in SUBJECTS
        for number in range(count)
    ]


def article(name: str, body: str, hour: float = 0, **given: Any) -> Enriched:
    at = AT + timedelta(hours=hour)
    made = {"title": f"Title {name}", "published_at": at, "fetched_at": AT, "fingerprint": fingerprint(body)}
    return enriched(name, body=body, **{**made, **given})


async def bring(es: AsyncElasticsearch, settings: Settings, *articles: Enriched) -> list[str]:
    """Index them as the index service does, and their ids."""
    await Indexer(es, settings).articles(articles)
    await es.indices.refresh(index=settings.name(indices.ARTICLES))
    return [one.id for one in articles]


async def stories(es: AsyncElasticsearch, alias: str) -> dict[str, str | None]:
    """Story of each article."""
    await es.indices.refresh(index=alias)
    hits = (await es.search(index=alias, size=1000))["hits"]["hits"]
    return {hit["_id"]: hit["_source"].get("story_id") for hit in hits}


def wanted(articles: Sequence[Enriched]) -> dict[str, str]:
    """By subject: the earliest one's id."""
    first = {one.url.rsplit("-", 1)[0]: one.id for one in reversed(articles)}
    return {one.id: first[one.url.rsplit("-", 1)[0]] for one in articles}


@pytest.fixture
async def alias(es: AsyncElasticsearch, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    async def plain(_: AsyncElasticsearch) -> Analysis:
        """Without dictionaries, which take a second an index to load."""
        return Analysis()

    monkeypatch.setattr("services.index.setup.detect_analysis", plain)
    await ensure_indices(es, settings)
    return settings.name(indices.ARTICLES)


@pytest.fixture
def grouper(es: AsyncElasticsearch, settings: Settings, alias: str) -> Grouper:
    return Grouper(Shelf(es, settings))


@pytest.mark.parametrize("seed", range(3))
async def test_in_any_order_the_same_stories(es, settings, alias, grouper, seed):
    articles = copies()
    order = random.Random(seed).sample(articles, len(articles))
    for start in range(0, len(order), 3):
        await grouper.group(await bring(es, settings, *order[start : start + 3]))
    assert await stories(es, alias) == wanted(articles)


async def test_several_workers_at_once_and_all_twice(es, settings, alias):
    articles = copies()
    ids = await bring(es, settings, *articles)
    workers = [Grouper(Shelf(es, settings)) for _ in range(3)]
    dealt = [random.Random(number).sample(ids, len(ids)) for number in range(2)]
    parts = [some[start::6] for some in dealt for start in range(6)]
    await asyncio.gather(*(workers[n % 3].group(part) for n, part in enumerate(parts)))
    assert await stories(es, alias) == wanted(articles)
    assert await workers[0].group(ids) == 0


async def test_accounts_of_one_event_are_a_story_and_what_differs_is_not(es, settings, alias, grouper):
    one = article("ferry", FERRY, 0, title="Ferry runs aground off Paros", entities=COAST)
    other = article("tugs", AGAIN, 3, title="Passengers leave ferry near Paros", entities=COAST)
    late = article("late", AGAIN, 100, title="Passengers leave ferry near Paros", entities=COAST)
    await grouper.group(await bring(es, settings, one, other, late))
    assert await stories(es, alias) == {one.id: one.id, other.id: one.id, late.id: late.id}


async def test_versions_stay_what_they_are_and_the_rest_of_the_document_too(es, settings, alias, grouper):
    first, second = article("a-0", wire("wool")), article("a-1", wire("wool", range(1, 8)), 1)
    ids = await bring(es, settings, first, second)
    before = await es.get(index=f"{alias}-000001", id=second.id)
    await grouper.group(ids)
    after = await es.get(index=f"{alias}-000001", id=second.id)
    assert after["_version"] == before["_version"] == article_version(AT)
    assert after["_source"] == {**before["_source"], "story_id": first.id}


async def test_a_new_version_with_another_text_leaves_and_one_with_the_same_stays(es, settings, alias, grouper):
    first, second, third = (article(f"a-{n}", wire("wool", range(n, 8)), n) for n in range(3))
    await grouper.group(await bring(es, settings, first, second, third))
    assert set((await stories(es, alias)).values()) == {first.id}
    corrected = first.model_copy(update={"fetched_at": AT + timedelta(hours=5), "title": "Corrected"})
    await grouper.group(await bring(es, settings, corrected))
    assert set((await stories(es, alias)).values()) == {first.id}
    other = article("a-0", wire("cement"), 0, fetched_at=AT + timedelta(hours=6))
    await grouper.group(await bring(es, settings, other))
    assert await stories(es, alias) == {first.id: first.id, second.id: second.id, third.id: second.id}
    moved = article("a-2", wire("cement", range(1, 8)), 2, fetched_at=AT + timedelta(hours=7))
    await grouper.group(await bring(es, settings, moved))
    assert await stories(es, alias) == {first.id: first.id, second.id: second.id, third.id: first.id}


async def test_a_story_outlives_its_first_article(es, settings, alias, grouper):
    first, second, third = (article(f"a-{n}", wire("wool", range(n, 8)), n) for n in range(3))
    await grouper.group(await bring(es, settings, first, second))
    await forget(es, settings, [Page(first.id, first.url)], "asked for")
    await grouper.group(await bring(es, settings, third))
    assert await stories(es, alias) == {second.id: second.id, third.id: second.id}


async def test_what_was_written_without_stories_is_grouped(es, settings, alias, grouper):
    """Documents of an earlier release, and those that a rebuilding from the topic makes, have none."""
    articles = copies(2)
    plain = [one.model_copy(update={"fingerprint": None}) for one in articles]
    records = [ungrouped(article_record(one, AT)) for one in plain]
    await Archive(Writer(es), alias).put(records)
    assert set((await stories(es, alias)).values()) == {None}
    shelf = Shelf(es, settings)
    task = asyncio.create_task(sweep(shelf, grouper))
    async with asyncio.timeout(60):
        while await stories(es, alias) != wanted(articles):
            await asyncio.sleep(0.2)
    task.cancel()
    stored = (await es.get(index=f"{alias}-000001", id=articles[0].id))["_source"]
    assert stored["fingerprint"] == list(fingerprint(articles[0].body))


def test_the_service_reads_along_and_goes_on_after_kills(settings: Settings) -> None:
    own = settings.model_copy(update={"http": f"127.0.0.1:{free_ports()}"})
    articles = copies(8)

    async def tell(some: Sequence[Enriched]) -> None:
        es, now = async_client(settings), datetime.now(UTC)
        try:
            await Indexer(es, settings).articles(some)
            async with Publisher(settings) as publisher:
                for one in some:
                    fields = {n: getattr(one, n) for n in ("id", "url", "title", "language", "source", "fetched_at")}
                    await publisher.send(INDEXED, Indexed(**fields, indexed_at=now), one.id)
        finally:
            await es.close()

    def grouped() -> bool:
        with sync_client(settings) as es:
            found = es.search(index=settings.name(indices.ARTICLES), size=1000)["hits"]["hits"]
        return {hit["_id"]: hit["_source"]["story_id"] for hit in found} == wanted(articles)

    with running(Child(own, "stories", "services", "run", "stories")) as (child,):
        for start in range(0, len(articles), 8):
            asyncio.run(tell(articles[start : start + 8]))
            child.kill()
            child.start().wait_ready()
        eventually(grouped, "all articles in their stories")
