"""Times as people write them in `from` and `to`: RFC 3339, 2026-11-22, 2026-11, 2026, 7d, now."""

import re
from datetime import UTC, datetime, timedelta

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_RELATIVE = re.compile(r"(\d{1,4})([hdwmy])")
_PERIOD = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
ALLOWED = (
    "RFC 3339 (2026-11-22T08:00:00Z), a day, a month or a year (2026-11-22, 2026-11, 2026), or 12h, 7d, 2w, 3m, 1y back"
)


def parse_time(text: str, now: datetime, *, end: bool) -> datetime:
    """The instant in UTC; a period counts from its start, or with `end` up to (not including) its end.

    Raises ValueError with what is allowed.
    """
    text = text.strip()
    try:
        if found := _RELATIVE.fullmatch(text):
            return now - _span(int(found[1]), found[2])
        if found := _PERIOD.fullmatch(text):
            return _period(found, end=end)
        if text == "now":
            return now
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"not a time; allowed: {ALLOWED}") from None


def shown(at: datetime) -> str:
    """RFC 3339 in UTC, to the millisecond, as articles say their times."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _span(number: int, unit: str) -> timedelta:
    days = {"m": 30, "y": 365}
    return timedelta(days=number * days[unit]) if unit in days else number * _UNITS[unit]


def _period(found: "re.Match[str]", *, end: bool) -> datetime:
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    start = datetime(year, month, day, tzinfo=UTC)
    if not end:
        return start
    if (year, found[2] or "12", found[3] or "31") == (9999, "12", "31"):
        return datetime.max.replace(tzinfo=UTC)  # what follows has no date
    if found[3]:
        return start + timedelta(days=1)
    if found[2]:
        return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return datetime(year + 1, 1, 1, tzinfo=UTC)
