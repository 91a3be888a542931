"""Reading dates as pages write them, in UTC; what can not be is ignored."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_FIRST = datetime(1980, 1, 1, tzinfo=UTC)
# Time zones, clocks and embargoes put a true date a little ahead of the fetch; more is a typo or an event.
_AHEAD = timedelta(days=2)
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ]+(\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?", re.I
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?Z?)?$")
_EPOCH = re.compile(r"\d{10}(\d{3})?$")


def parse_date(value: object, fetched_at: datetime) -> datetime | None:
    """UTC time of an ISO 8601, RFC 2822 or epoch value; None when it is none or not plausible for a page fetched then.

    A time without zone is taken as UTC, a day without time as its midnight.
    """
    text = value.strip() if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
    try:
        found = _iso(text) or _compact(text) or _epoch(text) or _mail(text)
        if found is None:
            return None
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        return found if _FIRST <= found <= fetched_at + _AHEAD else None
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> datetime | None:
    match = _ISO.match(text)
    if match is None:
        return None
    day, time, zone = match.groups()
    zone = (zone or "").upper().replace("UTC", "Z").replace("GMT", "Z")
    return datetime.fromisoformat(f"{day}T{time or '00:00'}{zone if time else ''}")


def _compact(text: str) -> datetime | None:
    match = _COMPACT.match(text)
    return datetime(*(int(part or 0) for part in match.groups())) if match else None  # type: ignore[arg-type]


def _epoch(text: str) -> datetime | None:
    match = _EPOCH.match(text)
    if match is None:
        return None
    return datetime.fromtimestamp(int(text) / (1000 if match.group(1) else 1), UTC)


def _mail(text: str) -> datetime | None:
    return parsedate_to_datetime(text) if re.search(r"\d{4}", text) and ":" in text else None
