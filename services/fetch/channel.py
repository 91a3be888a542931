"""What an RSS channel asks of its readers (https://www.rssboard.org/rss-specification). Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import TypedDict

from services.fetch.names import Fields, fields_of

_NUMBER = re.compile(r"\s*(\d{1,6})\s*", re.ASCII)
_DAYS = {day: n for n, day in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))}


class Wishes(TypedDict):
    """Seconds, hours of the day in UTC, days of the week from Monday, 0; fields of Feed and of Validators."""

    ttl_s: float | None
    skip_hours: tuple[int, ...]
    skip_days: tuple[int, ...]


def wishes(fields: Fields) -> Wishes:
    """Its `ttl`, `skipHours` and `skipDays`; what is none of them is left out."""
    minutes = [*_numbers(_texts(fields, "ttl"))]
    hours = {hour % 24 for hour in _numbers(_inner(fields, "skiphours", "hour")) if hour <= 24}
    days = {_DAYS[name] for text in _inner(fields, "skipdays", "day") if (name := text.strip().lower()) in _DAYS}
    return {
        "ttl_s": minutes[0] * 60.0 if minutes else None,
        "skip_hours": tuple(sorted(hours)),
        "skip_days": tuple(sorted(days)),
    }


def _numbers(texts: Iterable[str]) -> Iterator[int]:
    return (int(found[1]) for text in texts if (found := _NUMBER.fullmatch(text)))


def _inner(fields: Fields, name: str, inner: str) -> Iterator[str]:
    return (text for element in fields.get(name, ()) for text in _texts(fields_of(element), inner))


def _texts(fields: Fields, name: str) -> Iterator[str]:
    return (element.text or "" for element in fields.get(name, ()))
