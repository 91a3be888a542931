"""Sources as the API takes and gives them. Pure; the clock comes as `now`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from services.contracts.sources import SourceRecord, source_id

DAYS = 14
FAILING_AFTER = 3
"""Polls in a row that brought nothing, after which a source counts as failing; one or two are a site's bad day."""
Health = Literal["ok", "troubled", "failing", "new", "off"]
_HEALTH: dict[Health, dict[str, Any]] = {
    "off": {"must_not": [{"term": {"enabled": True}}]},
    "new": {"filter": [{"term": {"enabled": True}}], "must_not": [{"exists": {"field": "state.last_poll"}}]},
    "failing": {"filter": [{"term": {"enabled": True}}, {"range": {"state.failures": {"gte": FAILING_AFTER}}}]},
    "troubled": {
        "filter": [{"term": {"enabled": True}}, {"range": {"state.failures": {"gte": 1, "lt": FAILING_AFTER}}}]
    },
    "ok": {
        "filter": [{"term": {"enabled": True}}, {"exists": {"field": "state.last_poll"}}],
        "must_not": [{"range": {"state.failures": {"gte": 1}}}],
    },
}
_WORDS: dict[Health, str] = {
    "off": "switched off; it is not polled",
    "new": "added; it is polled within seconds while the fetch service runs",
    "failing": "nothing of it could be read in the last {failures} polls",
    "troubled": "the last poll failed; it is tried again",
    "ok": "it is polled and answers",
}


def build_sources(q: str, health: Health | None, tag: str | None, page: int, page_size: int) -> dict[str, Any]:
    """The body that asks for a page of sources, by name."""
    clauses: list[dict[str, Any]] = []
    if q.strip():
        pattern = {"value": f"*{_literal(q.strip())}*", "case_insensitive": True}
        names = [{"wildcard": {name: pattern}} for name in ("name", "id", "feeds", "sitemaps")]
        clauses.append({"bool": {"should": names, "minimum_should_match": 1}})
    if health:
        clauses.append({"bool": _HEALTH[health]})
    if tag:
        clauses.append({"term": {"tags": tag}})
    query: dict[str, Any] = {"bool": {"filter": clauses}} if clauses else {"match_all": {}}
    sort = [{"name": "asc"}, {"id": "asc"}]
    return {"query": query, "sort": sort, "from": (page - 1) * page_size, "size": page_size}


def _literal(text: str) -> str:
    """`text` with the wildcard query's signs meaning themselves."""
    return "".join("\\" + c if c in "*?\\" else c for c in text)


def build_activity(ids: Sequence[str], now: datetime) -> dict[str, Any]:
    """The body that counts the articles of these sources, each of the last days."""
    since = _midnight(now) - timedelta(days=DAYS - 1)
    days = {"date_histogram": {"field": "at", "calendar_interval": "day", "min_doc_count": 1}}
    recent = {"filter": {"range": {"at": {"gte": since.isoformat(), "lte": now.isoformat()}}}, "aggs": {"days": days}}
    terms = {"terms": {"field": "source.id", "size": max(1, len(ids))}, "aggs": {"recent": recent}}
    query = {"bool": {"filter": [{"terms": {"source.id": list(ids)}}]}}
    return {"size": 0, "track_total_hits": False, "timeout": "10s", "query": query, "aggs": {"sources": terms}}


def activity_of(answer: dict[str, Any], now: datetime) -> dict[str, dict[str, Any]]:
    """Articles in all and each day, oldest first, by source id."""
    days = [_midnight(now) - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    found = {}
    for bucket in answer.get("aggregations", {}).get("sources", {"buckets": []})["buckets"]:
        counts = {b["key"]: b["doc_count"] for b in bucket["recent"]["days"]["buckets"]}
        a_day = [{"day": f"{day:%Y-%m-%d}", "count": counts.get(int(day.timestamp()) * 1000, 0)} for day in days]
        found[str(bucket["key"])] = {"total": bucket["doc_count"], "days": a_day}
    return found


def no_activity(now: datetime) -> dict[str, Any]:
    """What a source has of which no article is there."""
    days = [_midnight(now) - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    return {"total": 0, "days": [{"day": f"{day:%Y-%m-%d}", "count": 0} for day in days]}


def _midnight(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


_TOLD = frozenset(
    {
        "last_poll",
        "last_success",
        "next_poll",
        "last_error",
        "notice",
        "failures",
        "polls",
        "found",
        "changed",
        "latest",
    }
)


def health_of(source: SourceRecord) -> Health:
    """How polling goes, in a word."""
    if not source.enabled:
        return "off"
    if source.state.last_poll is None:
        return "new"
    if not source.state.failures:
        return "ok"
    return "failing" if source.state.failures >= FAILING_AFTER else "troubled"


def source_of(source: SourceRecord, activity: dict[str, Any], hubs: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """The API's source: what people set, how polling goes, which hubs push, what came of it."""
    state, health = source.state, health_of(source)
    kept = {name: value for name, value in state.model_dump(mode="json").items() if name in _TOLD}
    discovery = not source.lists
    words = "its feeds are being looked for" if discovery and health == "new" else _WORDS[health]
    return {
        **source.model_dump(mode="json", exclude={"state", "slot"}),
        "health": {"status": health, "meaning": words.format(failures=state.failures), **kept, "hubs": list(hubs)},
        "articles": activity,
    }


def new_source(given: dict[str, Any], now: datetime) -> SourceRecord:
    """The record of a source that someone names. `url` alone is the address of what fetch then looks at itself.

    Raises InvalidUrl and pydantic's ValidationError.
    """
    lists = [*given.get("feeds", ()), *given.get("sitemaps", ())]
    url = given.get("url")
    checked = [source_id(address) for address in (*lists, *([url] if url else []))]
    identity = checked[0]
    values = {k: v for k, v in given.items() if k != "url" and v is not None}
    if url:
        values.setdefault("home", url)
    return SourceRecord.model_validate({"name": default_name(identity), **values, "id": identity, "added_at": now})


def default_name(identity: str) -> str:
    """What a source is called until someone, or its feed, says better."""
    return identity.rpartition("-")[0]
