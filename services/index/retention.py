"""How long articles are kept: by the setting, or as their source says; by `at`, when they were published, else read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from elasticsearch import AsyncElasticsearch, NotFoundError
from elasticsearch.helpers import async_scan

from services.contracts import indices
from services.contracts.messages import Enriched
from services.runtime.settings import Settings


@dataclass(frozen=True)
class Retention:
    """Days that articles are kept, 0 for ever: `default`, and by source id where a source says otherwise."""

    default: int = 0
    by_source: Mapping[str, int] = field(default_factory=dict)

    def days(self, source: str) -> int:
        """For how many days that source's articles are kept."""
        return self.by_source.get(source, self.default)

    def query(self, now: datetime) -> dict[str, Any] | None:
        """Matches what is past its time, never a tombstone; None when all is kept for ever."""
        apart: dict[int, list[str]] = {}
        for source, days in self.by_source.items():
            apart.setdefault(days, []).append(source)
        clauses = [_older(days, now, {"terms": {"source.id": ids}}) for days, ids in apart.items() if days]
        if self.default:
            others = {"bool": {"must_not": {"terms": {"source.id": sorted(self.by_source)}}}}
            clauses.append(_older(self.default, now, others))
        return {"bool": {"should": clauses, "minimum_should_match": 1}} if clauses else None


def expired(article: Enriched, retention: Retention, now: datetime) -> str | None:
    """Why this article is not kept (any more), in words; None when it is."""
    days = retention.days(article.source.id)
    at = article.published_at or article.fetched_at
    if not days or at >= now - timedelta(days=days):
        return None
    return f"of {at:%Y-%m-%d}; articles of {article.source.id} are kept for {days} days"


async def retention(es: AsyncElasticsearch, settings: Settings) -> Retention:
    """As the setting and the registry of sources have it now. Raises what the client raises."""
    by_source: dict[str, int] = {}
    everything: dict[str, Any] = {"query": {"match_all": {}}}
    try:
        async for hit in async_scan(
            es, query=everything, index=settings.name(indices.SOURCES), source_includes=["retention_days"], size=5000
        ):
            if (days := hit["_source"].get("retention_days")) is not None:
                by_source[hit["_id"]] = days
    except NotFoundError:  # nobody has added a source yet
        pass
    return Retention(settings.retention_days, by_source)


def _older(days: int, now: datetime, whose: dict[str, Any]) -> dict[str, Any]:
    before = (now - timedelta(days=days)).astimezone(UTC).isoformat()
    return {"bool": {"filter": [whose, {"range": {"at": {"lt": before}}}]}}
