"""When to look at a source again: by how often it brings news, and by what its server and its feeds ask for. Pure."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from services.contracts.sources import Validators

SOONER, LATER = 0.5, 1.25
"""The wait shrinks with a poll that brought news and grows with one that did not: it settles where about one poll in
four brings something."""
LONGEST = 12
"""Most that a wait grows, as a multiple of the shortest: an hour, where that is five minutes."""
LONGEST_BACKOFF_S = 6 * 3600.0
_HOUR = timedelta(hours=1)
_DAY = timedelta(hours=24)
Asked = tuple[float | None, Validators]
"""What one list asks for: the seconds its last answer is fresh, and what it said of itself."""


def adapted_s(before_s: float | None, shortest_s: float, has_news: bool) -> float:
    """The wait after a good poll, from the one before it."""
    wait_s = (before_s or shortest_s) * (SOONER if has_news else LATER)
    return min(max(wait_s, shortest_s), shortest_s * LONGEST)


def next_good(wait_s: float, shortest_s: float, lists: Sequence[Asked], now: datetime) -> datetime:
    """After a good poll of a source whose rhythm is `wait_s`: later if all its lists ask for that, within bounds."""
    least_s = min((max(fresh or 0.0, known.ttl_s or 0.0) for fresh, known in lists), default=0.0)
    when = now + _jittered(max(wait_s, min(least_s, shortest_s * LONGEST)))
    return _past_skipped(when, [known for _, known in lists])


def next_fixed(interval_s: float, failures: int, now: datetime) -> datetime:
    """After `interval_s`, doubled with each failure up to six hours."""
    longest = max(LONGEST_BACKOFF_S, interval_s)
    return now + _jittered(min(interval_s * 2.0 ** min(failures, 20), longest))


def _jittered(seconds: float) -> timedelta:
    """With a tenth of jitter, so that polls spread out."""
    return timedelta(seconds=seconds * random.uniform(0.95, 1.05))


def _past_skipped(when: datetime, lists: Sequence[Validators]) -> datetime:
    """`when`, or the first hour after it in which some list may be read; about a day later at most."""
    last = when + _DAY
    while lists and when < last and all(_skips(known, when.astimezone(UTC)) for known in lists):
        when = when.replace(minute=0, second=0, microsecond=0) + _HOUR
    return when


def _skips(known: Validators, when: datetime) -> bool:
    return when.hour in known.skip_hours or when.weekday() in known.skip_days
