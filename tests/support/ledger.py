"""Judges what a run left on the topics: alerts, fates and dead letters. Pure; `read` reads.

The archive itself is judged by support/checker.py; this is the other half of the same books.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.contracts.topics import DEAD, FATES, INDEXED
from services.runtime.dead import read_context
from services.runtime.decode import page_id
from services.runtime.settings import Settings
from support.checker import Expected
from support.topics import records

CONTEXT = ("stage", "reason", "error", "error-class", "attempts", "first-at", "last-at", "origin-topic")


@dataclass(frozen=True)
class Letter:
    """A message on a dead topic: whose page it is, its bytes, and what its headers tell."""

    id: str | None
    value: bytes
    context: dict[str, str]


@dataclass(frozen=True)
class Books:
    """What stands on `news.indexed.v1`, `news.fates.v1` and the dead topics."""

    alerts: list[dict[str, Any]] = field(default_factory=list)
    fates: list[dict[str, Any]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)


def topic_faults(expected: Mapping[str, Expected], books: Books, sent: Mapping[str, bytes] | None = None) -> list[str]:
    """Everything that is wrong, one line each. `sent`: the bytes of what must be dead, by id."""
    return [*_alerts(expected, books), *_fates(expected, books), *_letters(expected, books, sent or {})]


def repeats(books: Books) -> dict[str, int]:
    """What came more than once: at least once is what is promised, so this is counted and no fault."""
    alerts = Counter((alert["id"], alert["fetched_at"]) for alert in books.alerts)
    letters = Counter((letter.id, letter.value) for letter in books.letters)
    return {
        "alerts": len(books.alerts),
        "alerts_repeated": sum(alerts.values()) - len(alerts),
        "letters": len(books.letters),
        "letters_repeated": sum(letters.values()) - len(letters),
    }


def _alerts(expected: Mapping[str, Expected], books: Books) -> list[str]:
    """Each indexed page was told of, in its newest version; nothing else was."""
    newest = _newest(books.alerts)
    found = [f"stranger: told of {id_}, which was not sent" for id_ in newest if id_ not in expected]
    for id_, page in expected.items():
        at = newest.get(id_)
        if page.fate == "indexed" and (at is None or (page.fetched_at and at < page.fetched_at)):
            found.append(f"unseen: nothing on news.indexed.v1 tells of it, or of an older version only ({page.mark})")
        if page.fate != "indexed" and at is not None:
            found.append(f"wrong fate: told of as indexed, expected {page.fate} ({page.mark})")
    return found


def _newest(alerts: list[dict[str, Any]]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for alert in alerts:
        at = datetime.fromisoformat(alert["fetched_at"])
        found[alert["id"]] = max(at, found.get(alert["id"], at))
    return found


def _fates(expected: Mapping[str, Expected], books: Books) -> list[str]:
    """Of the newest version of each page, one kind of fate was told, and it is the one expected."""
    told: dict[str, dict[datetime, set[str]]] = {}
    for record, fate in [*((a, "indexed") for a in books.alerts), *((f, f["fate"]) for f in books.fates)]:
        at = datetime.fromisoformat(record["fetched_at"])
        told.setdefault(record["id"], {}).setdefault(at, set()).add(fate)
    found = []
    for id_, page in expected.items():
        kinds = told[id_][max(told[id_])] if id_ in told else set()
        if len(kinds) != 1:
            found.append(f"fate≠1: {len(kinds)} fates told ({', '.join(sorted(kinds))}) ({page.mark})")
        elif kinds != {page.fate}:
            found.append(f"wrong fate: told of as {kinds.pop()}, expected {page.fate} ({page.mark})")
    return found


def _letters(expected: Mapping[str, Expected], books: Books, sent: Mapping[str, bytes]) -> list[str]:
    """Exactly the pages that must be dead are, untouched and with their story."""
    dead = {letter.id for letter in books.letters}
    found = [
        f"not dead: no dead letter ({p.mark})" for id_, p in expected.items() if p.fate == "dead" and id_ not in dead
    ]
    for letter in books.letters:
        page = expected.get(letter.id or "")
        if page is None or page.fate != "dead":
            mark = page.mark if page else letter.id
            found.append(f"killed: a good page is on a dead topic for {letter.context.get('error', '')[:200]} ({mark})")
        elif letter.id in sent and sent[letter.id] != letter.value:
            found.append(f"altered: the dead letter is not what was sent ({page.mark})")
        elif missing := [name for name in CONTEXT if not letter.context.get(name)]:
            found.append(f"no context: the dead letter lacks {', '.join(missing)} ({page.mark})")
    return found


def read(settings: Settings) -> Books:
    """All that is on those topics now. Markers (letters without a value) are not letters."""
    letters = [
        Letter(page_id(r.key, r.value)[0], r.value, read_context(r.headers))
        for topic in DEAD
        for r in records(settings, topic)
        if r.value
    ]
    alerts, fates = ([json.loads(r.value) for r in records(settings, topic)] for topic in (INDEXED, FATES))
    return Books(alerts, fates, letters)
