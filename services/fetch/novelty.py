"""Decides, from what was listed and what was seen, which items are news, and when to look again. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from services.contracts.sources import LATEST, RECENT, Headline, SourceRecord, SourceState, Validators
from services.contracts.urls import MAX_URL_LENGTH, InvalidUrl, article_id, canonical_url
from services.fetch.listing import Feed, Item
from services.fetch.rhythm import adapted_s, next_fixed, next_good

MAX_ITEMS = 1000
"""Most items of one list that are looked at, the newest first: a sitemap may name all pages a site ever had."""
APART = 5
"""Minutes between two changes of an item that are two."""
Dated = TypeVar("Dated", Item, Headline)
_OLDEST = datetime.min.replace(tzinfo=UTC)
RECHECK_EVERY = 50
"""Every so many polls a list is asked for unconditionally, since servers return stale ETags (Media Cloud saw many)."""


@dataclass(frozen=True)
class Listed:
    """What reading one list gave: `feed` is None when nothing changed, `error` says why it could not be read,
    `warning` what of it could not.

    `moved_to`: its new address, when it moved for good and was read there; `is_gone`: its server says it is gone for
    good; `fresh_s`: seconds until its server expects news.
    """

    url: str
    feed: Feed | None = None
    validators: Validators | None = None
    error: str | None = None
    warning: str | None = None
    moved_to: str | None = None
    is_gone: bool = False
    fresh_s: float | None = None


def short_id(url: str) -> str:
    """The id under which a source remembers an article: 64 bits of the article's id are plenty within one source."""
    return article_id(url)[:16]


def candidates(listed: Iterable[Listed], state: SourceState) -> dict[str, Item]:
    """Items that the source does not remember, by article id."""
    recent = {key for key, _ in map(_split, state.recent)}
    found: dict[str, Item] = {}
    for item in _looked_at(listed):
        if short_id(item.url) not in recent:
            found.setdefault(article_id(item.url), item)
    return found


def changed(listed: Iterable[Listed], state: SourceState) -> list[Item]:
    """Items seen before that say they were changed since, to be fetched again: newer versions of their articles.

    A list most of whose items changed was only written anew (a CMS that stamps all with the time of its build): then
    none counts.
    """
    marks = dict(map(_split, state.recent))
    found: dict[str, Item] = {}
    for entry in listed:
        again = {short_id(item.url): item for item in _looked_at([entry])}
        before = {key: marks[key] for key in again if marks.get(key)}
        after = {key: item for key, item in again.items() if key in before and _minute(item) - before[key] >= APART}
        if len(after) <= max(1, len(before) // 2):
            found.update(after)
    return list(found.values())


def _split(remembered: str) -> tuple[str, int]:
    key, _, mark = remembered.partition("@")
    return key, int(mark or "0", 16)


def _minute(item: Item) -> int:
    """The minute, since 1970, in which an item was changed last; 0 when it does not say."""
    when = item.updated_at or item.published_at
    return max(0, int(when.timestamp()) // 60) if when else 0


def _remembered(item: Item) -> str:
    minute = _minute(item)
    return f"{short_id(item.url)}@{minute:x}" if minute else short_id(item.url)


def memory(source: SourceRecord, listed: Sequence[Listed]) -> dict[str, Any]:
    """Fields of the state that remember what was listed."""
    old = source.state
    validators = {v.url: v for v in old.validators if v.url in source.lists}
    validators.update({entry.url: entry.validators for entry in listed if entry.validators})
    items = list(_looked_at(listed))
    seen = {short_id(item.url): _remembered(item) for item in items}
    kept = {**seen, **{key: one for one in old.recent if (key := _split(one)[0]) not in seen}}
    return {
        "latest": _latest(items, old.latest if old.round else ()) or old.latest,  # nothing changed, or none to be read
        "validators": tuple(validators.values()),
        "recent": tuple(kept.values())[: max(RECENT, len(seen))],
    }


def next_state(
    source: SourceRecord, listed: Sequence[Listed], news: int, again: int, now: datetime, shortest_s: float
) -> SourceState:
    """The state after a poll at `now` that brought `news` new items, and `again` that had changed.

    `shortest_s`: the least wait of a source that sets none itself.
    """
    old = source.state
    errors = [f"{entry.url}: {entry.error or entry.warning}" for entry in listed if entry.error or entry.warning]
    failed = bool(listed) and all(entry.error for entry in listed)
    failures = old.failures + 1 if failed else 0
    remembered = memory(source, listed)
    known = {v.url: v for v in remembered["validators"]}
    wait_s = old.wait_s if failed else adapted_s(old.wait_s, shortest_s, news + again > 0)
    lists = [entry for entry in listed if entry.url in source.lists]
    asked = [(entry.fresh_s, known.get(entry.url, Validators(url=entry.url))) for entry in lists]
    return SourceState(
        next_poll=next_fixed(source.interval_s or shortest_s, failures, now)
        if failed or source.interval_s
        else next_good(wait_s or shortest_s, shortest_s, asked, now),
        wait_s=wait_s,
        notice=old.notice,
        last_poll=now,
        last_success=old.last_success if failed else now,
        last_error="; ".join(errors)[:2000] or None,
        failures=failures,
        polls=old.polls + 1,
        found=old.found + news,
        changed=old.changed + again,
        **remembered,
    )


def _latest(items: Iterable[Item], before: Sequence[Headline]) -> tuple[Headline, ...]:
    """The newest of `items` and of what other parts of the poll found."""
    newest = _newest_first(items)[:LATEST]
    found = [Headline(url=i.url, title=i.title and i.title[:300], published_at=i.published_at) for i in newest]
    every = {headline.url: headline for headline in (*before, *found)}
    return tuple(_newest_first(every.values())[:LATEST])


def _newest_first(items: Iterable[Dated]) -> list[Dated]:
    # sorted() is stable: items without a date keep the list's own order, after those with one.
    return sorted(items, key=lambda item: item.published_at or _OLDEST, reverse=True)


def _looked_at(listed: Iterable[Listed]) -> Iterable[Item]:
    for entry in listed:
        items = [item for item in entry.feed.items if _fetchable(item.url)] if entry.feed else []
        yield from _newest_first(items)[:MAX_ITEMS]


def _fetchable(url: str) -> bool:
    try:
        return len(canonical_url(url)) <= MAX_URL_LENGTH
    except InvalidUrl:
        return False
