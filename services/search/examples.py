"""Examples for the OpenAPI document, made by the very functions that make the answers."""

from datetime import UTC, datetime
from typing import Any

from services.contracts.sources import SourceRecord, SourceState
from services.runtime.settings import STAGES
from services.search.fates import fates_of
from services.search.params import FilterParams
from services.search.pipeline import told
from services.search.saved import SavedSearch
from services.search.sources import no_activity, source_of
from services.search.webhooks import Webhook

_AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
_FEED = "https://news.example/feed.xml"
_POLLED = SourceState(last_poll=_AT, last_success=_AT, next_poll=_AT, polls=12, found=80)
SOURCE = source_of(
    SourceRecord(id="news-example-1a2b3c4d", name="Harbour News", feeds=(_FEED,), added_at=_AT, state=_POLLED),
    no_activity(_AT),
)
OPML_DONE = {"added": 2, "merged": 0, "unchanged": 1, "duplicates": 0, "refused": []}
SAVED = SavedSearch(
    id="0123456789abcdef",
    name="Ports in Portugal",
    search=FilterParams(q="harbour", language=["pt"]),
    created_at=_AT,
    updated_at=_AT,
)
WEBHOOK_MADE = Webhook(
    search=SAVED.id,
    url="https://hooks.example/newsloom",
    secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",  # noqa: S106  # of the specification's examples
    created_at=_AT,
)
WEBHOOK = WEBHOOK_MADE.model_copy(update={"delivered": 12, "last_delivered_at": _AT})
STATUS = {
    "at": "2026-11-22T08:00:00+00:00",
    "ready": True,
    "not_ready": [],
    "services": [
        told(name, None, {"reasons": [], "rate": 1.5, "lag": 0, "in": 80, "forwarded": 76, "skipped": 4, "dead": 0})
        for name in STAGES
    ],
    "dependencies": [{"name": name, "ready": True, "reason": None} for name in ("elasticsearch", "kafka")],
    "fates": fates_of({}),
}


def listed(name: str, entry: Any) -> dict[str, Any]:
    """A list of one entry."""
    return {"total": {"value": 1, "exact": True}, name: [entry], "next": None, "prev": None}


def example(value: Any, status: int = 200, about: str = "") -> dict[int | str, dict[str, Any]]:
    """`responses` of a route with one example."""
    return {status: {"description": about or "OK", "content": {"application/json": {"example": value}}}}
