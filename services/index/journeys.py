"""The journey of a page, as a document: which stages it passed, when, and its one final fate."""

from datetime import datetime
from typing import Any

from services.contracts.messages import Enriched, Fate, Step
from services.contracts.stamps import stamp


def indexed_journey(article: Enriched, at: datetime) -> dict[str, Any]:
    """The journey of an article that is now in the index."""
    now = stamp(at)
    return {
        "id": article.id,
        "url": article.url,
        "fate": "indexed",
        "stage": "index",
        "at": now,
        "fetched_at": stamp(article.fetched_at),
        "source": article.source.id,
        "trail": [*_trail(article.trail), {"stage": "index", "at": now}],
    }


def ended_journey(fate: Fate) -> dict[str, Any]:
    """The journey of a page that was skipped, or is dead."""
    return {
        "id": fate.id,
        "url": fate.url,
        "fate": fate.fate,
        "reason": fate.reason,
        "detail": fate.detail,
        "stage": fate.stage,
        "at": stamp(fate.at),
        "fetched_at": stamp(fate.fetched_at),
        "source": fate.source,
        "origin": fate.origin.model_dump() if fate.origin else None,
        "trail": _trail(fate.trail),
    }


def _trail(steps: tuple[Step, ...]) -> list[dict[str, str]]:
    return [{"stage": step.stage, "at": stamp(step.at)} for step in steps]
