"""How often an article's text has changed, and when: from all readings of its page, in whatever order they came.

A *reading* is one version that arrived: (version, content hash), at most one for each time at which the page was read;
of two releases' readings of the same page the higher revision's counts, so that better extraction is no change. A
document keeps the MOST latest in `readings`, as {"after": version of the newest tombstone before it, "of": [...]}: what
was read before a page was gone is not told of afterwards. Joining two such sets is commutative, associative and
idempotent (a maximum for each key, and then the largest keys), so replays and any order end the same. What people see
follows from it: `versions`, runs of the same text, newest first. Pure.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from services.contracts.stamps import stamp
from services.index.versions import article_version, read_time

Document = dict[str, Any]
Reading = tuple[int, str]
MOST = 100
"""Readings that are remembered: about 9 KB, of an article that was read so often."""
FIELDS = ("readings", "versions", "version_count", "changed_at")
NEEDED = ("gone", "readings", "fetched_at", "revision", "content_hash")
"""The fields that the functions below read."""


def begun(document: Document) -> Document:
    """`document` as the first reading of its page."""
    return {**document, **_told([_own(document)])}


def joined(document: Document, other: Document, version: int) -> Document:
    """`document` with what the `other` of its versions, a tombstone perhaps, which has `version`, knows of."""
    (after, mine), (floor, theirs) = _known(document), _known(other, version)
    after = max(after, floor)
    readings = _latest(reading for reading in (*mine, *theirs) if reading[0] > after)
    made = {name: value for name, value in document.items() if name not in FIELDS} | _told(readings)
    if after or len(readings) > 1:
        made["readings"] = {"after": after, "of": [list(reading) for reading in readings]}
    return made


def absorb(stored: Document, late: Document, version: int) -> Document | None:
    """`stored` with what an older version that arrives `late` means for it; None when that is nothing."""
    if "gone" in stored:
        return None
    made = joined(stored, late, version)
    return None if _known(made) == _known(stored) else made


def _own(document: Document) -> Reading:
    at = datetime.fromisoformat(document["fetched_at"])
    return article_version(at, document.get("revision", 0)), document["content_hash"]


def _known(document: Document, version: int = 0) -> tuple[int, list[Reading]]:
    if "gone" in document:
        return version, []
    if kept := document.get("readings"):
        return kept["after"], [(of, text) for of, text in kept["of"]]
    return 0, [_own(document)]


def _latest(readings: Iterable[Reading]) -> list[Reading]:
    """Of each time the highest revision's, oldest first, at most the MOST latest."""
    best: dict[datetime, Reading] = {}
    for reading in readings:
        at = read_time(reading[0])
        best[at] = max(reading, best.get(at, reading))
    return sorted(best.values())[-MOST:]


def _told(readings: list[Reading]) -> Document:
    """What people see of readings, oldest first."""
    runs = [next(run) for _, run in groupby(readings, key=lambda reading: reading[1])]
    versions = [{"content_hash": text, "at": stamp(read_time(of))} for of, text in reversed(runs)]
    changed = {"changed_at": versions[0]["at"]} if len(versions) > 1 else {}
    return {"versions": versions, "version_count": len(versions), **changed}
