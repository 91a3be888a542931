"""The two stages of index: articles into the archive, and fates into the journeys."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from elasticsearch import AsyncElasticsearch

from services.contracts import indices
from services.contracts.fates import DeadReason, Skip, SkipReason
from services.contracts.messages import Enriched, Fate, Indexed, Message
from services.index.archive import Archive, Result, Standing
from services.index.bulk import Kind, Write
from services.index.decisions import NONE, Decisions
from services.index.document import article_record
from services.index.journeys import ended_journey, indexed_journey
from services.index.retention import Retention, expired
from services.index.tombstones import gone_record, marks_gone, read_at
from services.index.versions import journey_version
from services.index.writer import Writer
from services.runtime.settings import Settings
from services.runtime.stage import Done, Failure, Forward, Outcome


class Indexer:
    """Writes batches to Elasticsearch."""

    def __init__(
        self,
        es: AsyncElasticsearch,
        settings: Settings,
        writer: Writer | None = None,
        retention: Callable[[], Retention] | None = None,
        decisions: Callable[[], Decisions] = lambda: NONE,
    ) -> None:
        self._decisions = decisions
        self._retention = retention or (lambda: Retention(settings.retention_days))
        self._writer = writer or Writer(es)
        self._archive = Archive(self._writer, settings.name(indices.ARTICLES))
        self._journeys = settings.name(indices.JOURNEYS)
        self._searchable = settings.indexed_when == "searchable"

    async def articles(self, messages: Sequence[Message]) -> list[Outcome]:
        """Index articles, each with the note of its fate after it; a refused one fails alone. Raises Unavailable."""
        articles = [message for message in messages if isinstance(message, Enriched)]
        now, retention = datetime.now(UTC), self._retention()
        late = {place: why for place, a in enumerate(articles) if (why := expired(a, retention, now))}
        kept = [article for place, article in enumerate(articles) if place not in late]
        decisions = self._decisions()
        records = [article_record(a, now, partial(self._indexed, a, now), decisions) for a in kept]
        results = iter(await self._archive.put(records, searchable=self._searchable))
        return [
            Skip(SkipReason.EXPIRED, late[place]) if place in late else _outcome(article, next(results), now)
            for place, article in enumerate(articles)
        ]

    async def fates(self, messages: Sequence[Message]) -> list[Outcome]:
        """Note the fates of pages that did not go on; what is gone leaves the archive first. Raises Unavailable."""
        fates = [message for message in messages if isinstance(message, Fate)]
        now = datetime.now(UTC)
        gone = await self._archive.put([gone_record(fate, now) for fate in fates if marks_gone(fate)])
        if refused := [result.detail for result in gone if result.standing is Standing.REFUSED]:
            raise RuntimeError(f"Elasticsearch refused a tombstone that we built ourselves: {refused[0]}")
        answers = await self._writer.write_all([self._fate(fate) for fate in fates])
        return [_refusal(answer.reason) if answer.kind is Kind.REFUSED else Done() for answer in answers]

    def _indexed(self, article: Enriched, now: datetime) -> Write:
        version = journey_version(article.fetched_at, "indexed", article.revision)
        return Write(self._journeys, article.id, version, indexed_journey(article, now))

    def _fate(self, fate: Fate) -> Write:
        version = journey_version(read_at(fate), fate.fate, reason=fate.reason)
        return Write(self._journeys, fate.id, version, ended_journey(fate))


def _outcome(article: Enriched, result: Result, at: datetime) -> Outcome:
    match result.standing:
        case Standing.REFUSED:
            return _refusal(result.detail)
        case Standing.SUPERSEDED | Standing.RETAGGED:  # its successor was told of, or will be; or it was, as it was
            return Done()
        case Standing.GONE:
            return Skip(SkipReason.GONE, f"the page is gone: {result.detail}")
        case Standing.FORGOTTEN:
            return Skip(SkipReason.FORGOTTEN, f"the article was taken down: {result.detail}")
        case Standing.NEWEST:
            fields = {name: getattr(article, name) for name in ("id", "url", "title", "language", "source", "trail")}
            times = {"published_at": article.published_at, "fetched_at": article.fetched_at, "indexed_at": at}
            return Forward(Indexed(**fields, **times))


def _refusal(reason: str) -> Failure:
    return Failure(DeadReason.REJECTED_BY_INDEX, "RejectedByIndex", f"Elasticsearch refused the document: {reason}")
