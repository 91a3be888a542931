"""Decides what becomes of sources that someone brings: added, merged with one that is there, or refused. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from services.contracts.sources import SourceRecord, source_id

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
    """What becomes of each entry: a new source, a changed one, nothing new, again one of this list, or refused."""

    added: dict[str, SourceRecord] = field(default_factory=dict)
    merged: dict[str, SourceRecord] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Counts, and each refusal, for people and scripts."""
        refused = [{"entry": where, "reason": why} for where, why in self.refused]
        counts = {name: len(getattr(self, name)) for name in ("added", "merged", "unchanged", "duplicates")}
        return {**counts, "refused": refused}


def plan(existing: Iterable[SourceRecord], wanted: Sequence[Wanted], now: datetime) -> Plan:
    """Match `wanted` by feed or sitemap with what exists, and with each other."""
    result = Plan()
    known = {source.id: source for source in existing}
    touched: set[str] = set()
    by_list = {url: source.id for source in known.values() for url in source.lists}
    for want in wanted:
        try:
            found = next((by_list[url] for url in want.lists if url in by_list), None) or _id_of(want)
            old = known.get(found)
            new = _merge(old, want) if old else _create(found, want, now)
        except ValueError as error:  # InvalidUrl and pydantic's ValidationError are such
            result.refused.append((want.where, _explain(error)))
            continue
        if found in touched:
            result.duplicates.append(want.where)
        elif new == old:
            result.unchanged.append(found)
        if new != old:
            is_new = old is None or found in result.added
            (result.added if is_new else result.merged)[found] = new
        touched.add(found)
        known[found] = new
        by_list |= dict.fromkeys(new.lists, found)
    return result


def _id_of(want: Wanted) -> str:
    if not want.lists:
        raise ValueError("it names no feed and no sitemap")
    first, *_ = [source_id(url) for url in want.lists]  # all are checked
    return first


def _create(new_id: str, want: Wanted, now: datetime) -> SourceRecord:
    values = {"name": new_id.rpartition("-")[0], **_settable(want)}
    lists = {"feeds": want.feeds, "sitemaps": want.sitemaps, "tags": want.tags}
    return SourceRecord.model_validate({"id": new_id, "added_at": now, **lists, **values})


def _merge(old: SourceRecord, want: Wanted) -> SourceRecord:
    """What was said replaces; lists grow."""
    for url in want.lists:
        source_id(url)
    lists = {
        name: tuple(dict.fromkeys((*getattr(old, name), *getattr(want, name))))
        for name in ("feeds", "sitemaps", "tags")
    }
    return SourceRecord.model_validate({**old.model_dump(), **lists, **_settable(want)})


def _settable(want: Wanted) -> dict[str, Any]:
    return {name: value for name, value in want.given.items() if name in _SETTABLE and value not in (None, "")}


def _explain(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{item['loc'][0]}: {item['msg']}, found {item['input']!r}" for item in error.errors())
    return str(error)
