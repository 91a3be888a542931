"""How many pages had which fate, and why. Pure; the clock comes as `now`."""

from datetime import datetime, timedelta
from typing import Any

from services.search.journeys import EXPLANATIONS

REASONS = 20


def build_fates(now: datetime) -> dict[str, Any]:
    """The body that counts the journeys by fate, stage and reason, in all and in the last hour."""
    since = now.replace(second=0, microsecond=0) - timedelta(hours=1)
    hour = {"filter": {"range": {"at": {"gte": since.isoformat()}}}}
    reasons = {
        "terms": {"field": "reason", "size": REASONS},
        "aggs": {"stage": {"terms": {"field": "stage", "size": 3}}},
    }
    fates = {"terms": {"field": "fate", "size": len(EXPLANATIONS)}, "aggs": {"hour": hour, "reasons": reasons}}
    return {"size": 0, "track_total_hits": False, "timeout": "4s", "aggs": {"fates": fates}}


def fates_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Each fate with its count, that of the last hour, and its reasons, most frequent first."""
    found = {bucket["key"]: bucket for bucket in answer.get("aggregations", {}).get("fates", {}).get("buckets", [])}
    return [_fate(fate, meaning, found.get(fate)) for fate, meaning in EXPLANATIONS.items()]


def _fate(fate: str, meaning: str, bucket: dict[str, Any] | None) -> dict[str, Any]:
    if bucket is None:
        return {"fate": fate, "meaning": meaning, "count": 0, "last_hour": 0, "reasons": []}
    reasons = [
        {"reason": b["key"], "count": b["doc_count"], "stages": [s["key"] for s in b["stage"]["buckets"]]}
        for b in bucket["reasons"]["buckets"]
    ]
    counts = {"count": bucket["doc_count"], "last_hour": bucket["hour"]["doc_count"]}
    return {"fate": fate, "meaning": meaning, **counts, "reasons": reasons}
