"""What rises: entities, topics and stories that a window of time has more of than the time before. Pure.

Shares are compared, not counts, so that an archive that grows does not make everything rise. The score is Dunning's
log-likelihood ratio G² (https://aclanthology.org/J93-1003/), which holds for small numbers too: two articles after none
are no trend. What would come about by chance once in a hundred times is left out.
"""

import math
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.search.entities import named_of
from services.search.query import SEARCH_TIMEOUT

FIELDS = {"entity": "facet.entity", "topic": "facet.topic", "story": "story_id"}
CANDIDATES = 500
"""Most frequent values of the window that are looked at, of each kind."""
BY_CHANCE = 6.63
"""G² that chance exceeds once in a hundred times (chi-square, one degree of freedom)."""

Query = dict[str, Any]


class Spans(NamedTuple):
    """The window, and the time before it that it is held against."""

    past: datetime
    start: datetime
    end: datetime

    @classmethod
    def before(cls, end: datetime, window: timedelta, against: timedelta) -> "Spans":
        """The window up to `end`, and the time before. Raises OverflowError."""
        return cls(end - window - against, end - window, end)


def build_window(spans: Spans, filters: list[Query]) -> Query:
    """The body that asks what the window has."""
    aggs = {kind: {"terms": {"field": field, "size": CANDIDATES}} for kind, field in FIELDS.items()}
    return {**_counting(spans.start, spans.end, filters), "aggs": aggs}


def build_past(spans: Spans, filters: list[Query], window: Query) -> Query:
    """The body that asks how much of that there was before."""
    keys = {kind: [b["key"] for b in found["buckets"]] for kind, found in window.get("aggregations", {}).items()}
    aggs = {
        kind: {"terms": {"field": FIELDS[kind], "size": len(values), "include": values}}
        for kind, values in keys.items()
        if values
    }
    return {**_counting(spans.past, spans.start, filters), **({"aggs": aggs} if aggs else {})}


def _counting(start: datetime, end: datetime, filters: list[Query]) -> Query:
    span = {"range": {"at": {"gte": start.isoformat(), "lt": end.isoformat()}}}
    return {
        "query": {"bool": {"filter": [span, *filters]}},
        "size": 0,
        "timeout": SEARCH_TIMEOUT,
        "track_total_hits": True,
    }


def rising(window: Query, past: Query, least: int) -> list[dict[str, Any]]:
    """What rose, highest score first: of `least` articles at least, and by more than chance."""
    now, then = (answer["hits"].get("total", {"value": 0})["value"] for answer in (window, past))
    found = []
    for kind, values in window.get("aggregations", {}).items():
        before = {b["key"]: b["doc_count"] for b in past.get("aggregations", {}).get(kind, {"buckets": []})["buckets"]}
        for bucket in values["buckets"]:
            count, earlier = bucket["doc_count"], before.get(bucket["key"], 0)
            if count >= least and (score := rise(count, now, earlier, then)) >= BY_CHANCE:
                found.append(_risen(kind, bucket["key"], count, earlier, earlier * now / then, score))
    return sorted(found, key=lambda one: (-one["score"], one["id"]))


def _risen(kind: str, key: str, count: int, before: int, expected: float, score: float) -> dict[str, Any]:
    named = named_of(key)
    return {
        "kind": kind,
        "id": named["id"],
        "name": named["name"],
        "type": named["type"] if kind == "entity" else None,
        "count": count,
        "before": before,
        "expected": round(expected, 2),
        "score": round(score, 2),
    }


def rise(count: int, total: int, before: int, total_before: int) -> float:
    """G² of `count` of `total` against `before` of `total_before`; 0 when the share did not rise, or nothing was."""
    if not total or not total_before or count * total_before <= before * total:
        return 0.0
    share = (count + before) / (total + total_before)
    cells = [
        (count, total * share),
        (total - count, total * (1 - share)),
        (before, total_before * share),
        (total_before - before, total_before * (1 - share)),
    ]
    return max(0.0, 2 * sum(seen * math.log(seen / wanted) for seen, wanted in cells if seen))
