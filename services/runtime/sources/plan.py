"""Decides what becomes of sources that someone brings: added, merged with one that is there, or refused. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from services.contracts.sources import SourceRecord, source_id
from services.contracts.urls import InvalidUrl, canonical_url

_SETTABLE = ("name", "home", "language", "country", "interval_s", "delay_s", "full_text", "retention_days")


@dataclass(frozen=True)
class Wanted:
    """A source as someone names it; `given` holds only what was said. `where` tells people which entry it is."""

    where: str
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def lists(self) -> tuple[str, ...]:
        """Every feed and sitemap."""
        return self.feeds + self.sitemaps


@dataclass
class Plan:
    """What becomes of each entry: a new source, a changed one, nothing new, again one of this list, or refused.

    `duplicates` pairs an entry with the one before it that names the same source.
    """

    added: dict[str, SourceRecord] = field(default_factory=dict)
    merged: dict[str, SourceRecord] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many entries became what."""
        return {name: len(getattr(self, name)) for name in ("added", "merged", "unchanged", "duplicates", "refused")}

    def summary(self) -> dict[str, Any]:
        """Counts, each refusal and each duplicate, and what was written; for scripts."""
        written = [(change, source) for change in ("added", "merged") for source in getattr(self, change).values()]
        return {
            **self.counts(),
            "refused": [{"entry": where, "reason": why} for where, why in self.refused],
            "repeated": [{"entry": where, "same_as": first} for where, first in self.duplicates],
            "written": [{"id": source.id, "name": source.name, "change": change} for change, source in written],
        }


def plan(existing: Iterable[SourceRecord], wanted: Sequence[Wanted], now: datetime) -> Plan:
    """Match `wanted` by feed or sitemap, in any spelling, with what exists, and with each other."""
    result = Plan()
    known = {source.id: source for source in existing}
    first_at: dict[str, str] = {}
    by_list = {_key(url): source.id for source in known.values() for url in source.lists}
    for want in wanted:
        try:
            keys = _checked(want)
            found = next((by_list[key] for key in keys if key in by_list), None) or source_id(keys[0])
            old = known.get(found)
            new = _merge(old, want) if old else _create(found, want, now)
        except ValueError as error:  # InvalidUrl and pydantic's ValidationError are such
            result.refused.append((want.where, _explain(error)))
            continue
        if found in first_at:
            result.duplicates.append((want.where, first_at[found]))
        elif new == old:
            result.unchanged.append(found)
        if new != old:
            is_new = old is None or found in result.added
            (result.added if is_new else result.merged)[found] = new
        first_at.setdefault(found, want.where)
        known[found] = new
        by_list |= dict.fromkeys(keys, found)
    return result


def _checked(want: Wanted) -> list[str]:
    """The one spelling of each address, all of which must be some. Raises InvalidUrl, ValueError."""
    if not want.lists:
        raise ValueError("it names no feed and no sitemap")
    return [canonical_url(url) for url in want.lists]


def _key(url: str) -> str:
    """The one spelling of an address that is stored, whatever that is."""
    try:
        return canonical_url(url)
    except InvalidUrl:
        return url


def _create(new_id: str, want: Wanted, now: datetime) -> SourceRecord:
    values = {"name": new_id.rpartition("-")[0], **_lists(want), **_settable(want)}
    return SourceRecord.model_validate({"id": new_id, "added_at": now, **values})


def _merge(old: SourceRecord, want: Wanted) -> SourceRecord:
    """What was said replaces; lists grow."""
    kept = {**old.model_dump(exclude={"state"}), "state": old.state}
    return SourceRecord.model_validate({**kept, **_lists(old, want), **_settable(want)})


def _lists(*parts: SourceRecord | Wanted) -> dict[str, tuple[str, ...]]:
    """Feeds, sitemaps and tags of all `parts`, each once; of several spellings the first."""
    return {name: _each_once((v for part in parts for v in getattr(part, name)), key) for name, key in _GROWS.items()}


def _each_once(values: Iterable[str], key: Callable[[str], str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(key(value), value)
    return tuple(found.values())


def _settable(want: Wanted) -> dict[str, Any]:
    return {name: value for name, value in want.given.items() if name in _SETTABLE and value not in (None, "")}


def _explain(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{item['loc'][0]}: {item['msg']}, found {item['input']!r:.100}" for item in error.errors())
    return str(error)


_GROWS: dict[str, Callable[[str], str]] = {"feeds": _key, "sitemaps": _key, "tags": str.casefold}
