"""Examples for the OpenAPI document, made by the very functions that make the answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.examples import examples_of
from services.contracts.sources import Headline, SourceRecord, SourceState
from services.contracts.websub import Subscription
from services.runtime.settings import STAGES
from services.runtime.sources.plan import Plan
from services.search.fates import fates_of
from services.search.hubs import shown
from services.search.journeys import journey_of
from services.search.params import FilterParams
from services.search.pipeline import told
from services.search.results import article_of, facets_of, listed_of, timeline_of
from services.search.saved import SavedSearch
from services.search.sources import no_activity, source_of
from services.search.submitted import submitted
from services.search.webhooks import Webhook

_AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
_FEED = "https://news.example/feed.xml"
_NEWEST = Headline(url="https://news.example/2026/harbour", title="Harbour opens", published_at=_AT)
_POLLED = SourceState(last_poll=_AT, last_success=_AT, next_poll=_AT, polls=12, found=80, latest=(_NEWEST,))
FOLLOWED = SourceRecord(id="news-example-1a2b3c4d", name="Harbour News", feeds=(_FEED,), added_at=_AT, state=_POLLED)
_HUB = Subscription(
    source=FOLLOWED.id,
    hub="https://hub.example/",
    topic=_FEED,
    callback="",
    secret="",
    due_at=_AT,
    requested_at=_AT,
    lease_until=_AT + timedelta(days=10),
    last_push=_AT,
)
SOURCE = source_of(FOLLOWED, no_activity(_AT), [shown(_HUB, _AT)])
OPML_DONE = Plan(
    added={FOLLOWED.id: FOLLOWED},
    unchanged=["quay-example-5e6f7a8b"],
    duplicates=[("line 9: https://news.example/feed.xml?utm_source=x", "line 4: https://news.example/feed.xml")],
    refused=[("line 12: ftp://news.example/", "not an absolute http or https URL: 'ftp://news.example/'")],
).summary()
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
    "at": "2026-11-22T08:00:00.000Z",
    "ready": True,
    "not_ready": [],
    "services": [
        told(name, None, {"reasons": [], "rate": 1.5, "lag": 0, "in": 80, "forwarded": 76, "skipped": 4, "dead": 0})
        for name in STAGES
    ],
    "dependencies": [{"name": name, "ready": True, "reason": None} for name in ("elasticsearch", "kafka")],
    "fates": fates_of({}),
}

_ENRICHED = examples_of("news.enriched.v1")["full"]
_STORED = {
    **_ENRICHED,
    "indexed_at": "2026-05-14T06:32:02+00:00",
    "version_count": 2,
    "changed_at": "2026-05-14T06:31:00.000Z",
    "versions": [
        {"content_hash": _ENRICHED["content_hash"], "at": "2026-05-14T06:31:00.000Z"},
        {
            "content_hash": "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069",
            "at": "2026-05-13T20:02:00.000Z",
        },
    ],
}
_FATE = {"id": _STORED["id"], "url": _STORED["url"], "stage": "index", "fate": "indexed", "at": _STORED["indexed_at"]}
_COUNTED = {"doc_count": 1, "key_as_string": "2026-05-14T00:00:00.000Z"}
_TOTAL = {"value": 1, "exact": True}
ARTICLE = article_of(_STORED)
_LISTED = {**listed_of(_STORED), "highlights": {"title": ["North <mark>Quay</mark> reopens"]}}
FOUND = {
    "total": _TOTAL,
    "took_ms": 4,
    "articles": [_LISTED],
    "facets": facets_of({"language": {"values": {"buckets": [{"key": "en", "doc_count": 1}]}}}),
    "next": None,
    "prev": None,
}
_STEPS = timeline_of({"aggregations": {"timeline": {"buckets": [_COUNTED]}}})
TIMELINE = {"total": _TOTAL, "took_ms": 3, "interval": "day", "buckets": _STEPS}
JOURNEY = journey_of(_FATE)
SUBMITTED = submitted(_STORED["id"], _STORED["url"])


def listed(name: str, entry: Any) -> dict[str, Any]:
    """A list of one entry."""
    return {"total": {"value": 1, "exact": True}, name: [entry], "next": None, "prev": None}


def example(value: Any, status: int = 200, about: str = "") -> dict[int | str, dict[str, Any]]:
    """`responses` of a route with one example."""
    return {status: {"description": about or "OK", "content": {"application/json": {"example": value}}}}
