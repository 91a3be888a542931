"""Which interval a timeline has, and how many steps it may have. Pure."""

from datetime import datetime, timedelta

LENGTHS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}
COMFORTABLE = 60  # bars that a person can tell apart
MOST = 5_000


def steps(first: datetime, last: datetime, interval: str) -> int:
    """How many steps of `interval` cover the time from `first` to `last`."""
    return int((last - first) / LENGTHS[interval]) + 1


def choose(first: datetime, last: datetime) -> str:
    """The shortest interval with a comfortable number of steps."""
    return next((name for name in LENGTHS if steps(first, last, name) <= COMFORTABLE), "year")
