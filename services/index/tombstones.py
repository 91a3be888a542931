"""A page that is gone: what stands in its article's place, so that nothing older brings the article back."""

from datetime import datetime
from typing import Any

from services.contracts.fates import SkipReason
from services.contracts.messages import Fate
from services.contracts.stamps import stamp
from services.index.archive import Record
from services.index.versions import article_version

FIELDS = ("id", "url", "gone")
"""All that a tombstone has."""


def tombstone(id_: str, url: str | None, at: datetime, reason: str, detail: str) -> dict[str, Any]:
    """The document: no text, no title, nothing of the article. `at`: when it was written, as `indexed_at`."""
    return {"id": id_, "url": url, "gone": {"at": stamp(at), "reason": str(reason), "detail": detail}}


HIDES = frozenset({SkipReason.GONE, SkipReason.OPTED_OUT})
"""Reasons to take out what was indexed of the page before."""


def marks_gone(fate: Fate) -> bool:
    """Whether the server said that the page is no more, or not to be kept. Index says so too, but only of what has its
    tombstone."""
    return fate.fate == "skipped" and fate.reason in HIDES and fate.stage != "index"


def read_at(fate: Fate) -> datetime:
    """When the page met its fate. Of one that is gone, the time of that fetch, by the clock that gives articles theirs.

    What a URL's message knows is when it was sent; it may have waited behind a fetch that still found the page.
    """
    return max(fate.at, fate.fetched_at) if marks_gone(fate) else fate.fetched_at


def gone_record(fate: Fate, now: datetime) -> Record:
    """The tombstone of a page that was gone when it was fetched; a later fetch that finds it has a higher version."""
    document = tombstone(fate.id, fate.url, now, fate.reason, fate.detail)
    return Record(fate.id, article_version(read_at(fate)), lambda: document)
