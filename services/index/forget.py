"""Takedowns: a tombstone that nothing beats in the article's place, in every index that holds it, and in its journey.

So the article is in no search from then on, and no replay, and no newer fetch either, brings it back.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from elasticsearch import AsyncElasticsearch

from services.contracts import indices
from services.contracts.fates import SkipReason
from services.contracts.messages import Fate
from services.contracts.topics import ARTICLES, ENRICHED, PAGES, topic_named
from services.index import paging
from services.index.bulk import Answer, Kind, Route, Write
from services.index.generations import generations
from services.index.journeys import ended_journey
from services.index.tombstones import tombstone
from services.index.versions import FORGOTTEN
from services.index.writer import Writer
from services.runtime.settings import Settings

PAGE = 500
HOLD_TEXT = (PAGES, ARTICLES, ENRICHED)
"""Topics whose messages, and dead topics whose letters, have an article's text."""
DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class Page:
    """A page to forget; the URL is None when only the id is known."""

    id: str
    url: str | None


@dataclass
class Count:
    """What became of the pages: taken out of the archive, forgotten before, and never been there."""

    forgotten: int = 0
    already: int = 0
    unknown: int = 0


async def of_source(es: AsyncElasticsearch, settings: Settings, source: str) -> AsyncIterator[list[Page]]:
    """The articles of a source, by its id, name or domain, in pages."""
    names = ("source.id", "source.name", "source.domain")
    query = {"bool": {"should": [{"term": {name: source}} for name in names], "minimum_should_match": 1}}
    alias = settings.name(indices.ARTICLES)
    async for hits in paging.pages(es, alias, query, PAGE, ["url"]):
        yield [Page(hit["_id"], hit["_source"].get("url")) for hit in hits]


async def forget(
    es: AsyncElasticsearch,
    settings: Settings,
    pages: Sequence[Page],
    reason: str,
    progress: Callable[[int], None] = lambda _: None,
) -> Count:
    """Write the tombstones and the journeys; doing it again changes nothing. Raises Unavailable."""
    count, writer = Count(), Writer(es)
    for start in range(0, len(pages), PAGE):
        part = pages[start : start + PAGE]
        now = datetime.now(UTC)
        found = await _where(es, settings, part)
        stones = [write for page in part for write in _tombstones(settings, page, found, reason, now)]
        answers = dict(zip([(w.id, w.index) for w in stones], await writer.write_all(stones), strict=True))
        _must_be_taken(answers.values())
        _must_be_taken(await writer.write_all([_journey(settings, page, found, reason, now) for page in part]))
        for page in part:
            mine = [answer for (id_, _), answer in answers.items() if id_ == page.id]
            if all(answer.kind is Kind.STALE for answer in mine):
                count.already += 1
            elif page.id in found:
                count.forgotten += 1
            else:
                count.unknown += 1
        progress(len(part))
    return count


def _must_be_taken(answers: Iterable[Answer]) -> None:
    """Raise RuntimeError when Elasticsearch refused what we built ourselves."""
    if refused := [answer.reason for answer in answers if answer.kind is Kind.REFUSED]:
        raise RuntimeError(f"Elasticsearch refused a takedown: {refused[0]}")


def still_holding(settings: Settings, kept: Sequence[str]) -> list[str]:
    """What else has the text of a forgotten article, for people."""
    lines = [
        f"{settings.name(topic.name)}: for {topic.retention_ms // DAY_MS} days from when it was sent"
        for topic in [held for text in HOLD_TEXT for held in (text, topic_named(text.dead_name))]
    ]
    lines += [f"{name}: an old generation; delete it with 'newsloom reindex --clean-up'" for name in kept]
    lines.append("archives of raw pages (WARC), where they are kept: until they are deleted")
    lines.append("Elasticsearch's own files, unseen by any search: until their segments are merged")
    return lines


async def _where(es: AsyncElasticsearch, settings: Settings, pages: Sequence[Page]) -> dict[str, dict[str, str | None]]:
    """Id → generation that holds it → its URL. All generations are asked: here none may be missed."""
    names = (await generations(es, settings.name(indices.ARTICLES))).names
    docs = [{"_index": name, "_id": page.id, "_source": ["url"]} for page in pages for name in names]
    found: dict[str, dict[str, str | None]] = {}
    for doc in (await es.mget(docs=docs))["docs"]:
        if doc.get("found"):
            found.setdefault(doc["_id"], {})[doc["_index"]] = doc["_source"].get("url")
    return found


def _tombstones(
    settings: Settings, page: Page, found: dict[str, dict[str, str | None]], reason: str, now: datetime
) -> list[Write]:
    document = tombstone(page.id, _url(page, found), now, SkipReason.FORGOTTEN, reason)
    if page.id not in found:
        return [Write(settings.name(indices.ARTICLES), page.id, FORGOTTEN, document, Route.HOME)]
    return [Write(index, page.id, FORGOTTEN, document, Route.INDEX) for index in found[page.id]]


def _journey(
    settings: Settings, page: Page, found: dict[str, dict[str, str | None]], reason: str, now: datetime
) -> Write:
    fate = Fate(
        id=page.id,
        url=_url(page, found),
        stage="forget",
        fate="skipped",
        reason=SkipReason.FORGOTTEN,
        detail=reason,
        at=now,
        fetched_at=now,
    )
    return Write(settings.name(indices.JOURNEYS), page.id, FORGOTTEN, ended_journey(fate))


def _url(page: Page, found: dict[str, dict[str, str | None]]) -> str | None:
    return page.url or next(iter(found.get(page.id, {}).values()), None)
