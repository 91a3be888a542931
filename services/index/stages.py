"""The two stages of index: articles into the archive, and fates into the journeys."""

from collections.abc import Sequence
from datetime import UTC, datetime

from elasticsearch import AsyncElasticsearch

from services.contracts import indices
from services.contracts.fates import DeadReason
from services.contracts.messages import Enriched, Fate, Indexed, Message
from services.index.bulk import Write, write_all
from services.index.document import to_document
from services.index.journeys import ended_journey, indexed_journey
from services.index.versions import article_version, journey_version
from services.runtime.settings import Settings
from services.runtime.stage import Done, Failure, Forward, Outcome


class Indexer:
    """Writes batches to Elasticsearch."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings) -> None:
        self._es = es
        self._articles = settings.name(indices.ARTICLES)
        self._journeys = settings.name(indices.JOURNEYS)

    async def articles(self, messages: Sequence[Message]) -> list[Outcome]:
        """Index articles, then note their fate; a refused one fails alone. Raises Unavailable."""
        articles = [message for message in messages if isinstance(message, Enriched)]
        now = datetime.now(UTC)
        writes = [Write(a.id, article_version(a.fetched_at), to_document(a, now)) for a in articles]
        refused = await write_all(self._es, self._articles, writes)
        journeys = [
            Write(a.id, journey_version(a.fetched_at, "indexed"), indexed_journey(a, now))
            for a, reason in zip(articles, refused, strict=True)
            if reason is None
        ]
        await self._note(journeys)
        return [_outcome(a, reason, now) for a, reason in zip(articles, refused, strict=True)]

    async def fates(self, messages: Sequence[Message]) -> list[Outcome]:
        """Note the fates of pages that did not go on. Raises Unavailable."""
        fates = [message for message in messages if isinstance(message, Fate)]
        writes = [Write(f.id, journey_version(f.fetched_at, f.fate), ended_journey(f)) for f in fates]
        refused = await write_all(self._es, self._journeys, writes)
        return [Done() if reason is None else _refusal(reason) for reason in refused]

    async def _note(self, journeys: Sequence[Write]) -> None:
        refused = [reason for reason in await write_all(self._es, self._journeys, journeys) if reason]
        if refused:
            raise RuntimeError(f"Elasticsearch refused a journey that we built ourselves: {refused[0]}")


def _outcome(article: Enriched, refused: str | None, at: datetime) -> Outcome:
    if refused:
        return _refusal(refused)
    fields = {name: getattr(article, name) for name in ("id", "url", "title", "language", "source", "trail")}
    times = {"published_at": article.published_at, "fetched_at": article.fetched_at, "indexed_at": at}
    return Forward(Indexed(**fields, **times))


def _refusal(reason: str) -> Failure:
    return Failure(DeadReason.REJECTED_BY_INDEX, "RejectedByIndex", f"Elasticsearch refused the document: {reason}")
