"""What a bulk request says, and what each item's answer means. Versions are the documents' own."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import orjson

# 403: an index made read-only (by the flood stage watermark, or for a rollover); 404: alias or generation not there.
_TRY_AGAIN = {403, 404, 408, 429, 500, 502, 503, 504}
_MOVED = {403, 404}
CONFLICT = 409
FILTER = ("items.*.status", "items.*.error")
"""All that is read of an answer; the rest of it would be half as large again as the documents of a small batch."""


class Route(Enum):
    """What `Write.index` names."""

    ALIAS = "alias"
    """an alias, which must be there"""
    HOME = "home"
    """an alias of generations: the document is sent to the one where it lives (generations.py)"""
    INDEX = "index"
    """a concrete index"""


@dataclass(frozen=True)
class Write:
    """One document to write under `id`; a stored version that is equal or higher stays.

    `same`: a stored version that is equal is replaced. `then` makes what is written once this one is acknowledged,
    never before.
    """

    index: str
    id: str
    version: int
    document: dict[str, Any]
    route: Route = Route.ALIAS
    same: bool = False
    then: "Callable[[], Write] | None" = None

    def action(self, index: str) -> bytes:
        """The line before the document: where it goes."""
        kind = "external_gte" if self.same else "external"
        action = {"_index": index, "_id": self.id, "version": self.version, "version_type": kind}
        if self.route is Route.ALIAS:
            action["require_alias"] = True
        return orjson.dumps({"index": action})


class Kind(Enum):
    """What became of a write."""

    WRITTEN = "written"
    STALE = "stale"
    """what is stored is as new or newer: a success"""
    REFUSED = "refused"
    """the document itself is no good; nothing will make it so"""
    LATER = "later"
    """it may work when tried again"""


@dataclass(frozen=True)
class Answer:
    """What became of a write, why, and whether its document may live elsewhere by now."""

    kind: Kind
    reason: str = ""
    moved: bool = False


WRITTEN, STALE = Answer(Kind.WRITTEN), Answer(Kind.STALE)


def judge(item: dict[str, Any]) -> Answer:
    """What one item's answer means."""
    status = item["status"]
    if status < 300:
        return WRITTEN
    if status == CONFLICT:
        return STALE
    error = item.get("error", {})
    reason = f"{error.get('type', 'error')}: {error.get('reason', 'no reason given')}"
    if cause := error.get("caused_by"):
        reason += f" ({cause.get('reason', cause.get('type'))})"
    if status in _TRY_AGAIN:
        reason = f"Elasticsearch can not take documents now ({status}): {reason}"
        return Answer(Kind.LATER, reason, moved=status in _MOVED)
    return Answer(Kind.REFUSED, reason)
