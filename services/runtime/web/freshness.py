"""Times in HTTP headers: dates, and how long an answer stays fresh. Pure."""

import email.utils
import re
from collections.abc import Mapping
from datetime import UTC, datetime

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NEVER_FRESH = re.compile(r"(?:^|[\s,])no-(?:cache|store)\b", re.IGNORECASE)


def http_date(value: str | None) -> datetime | None:
    """A date as headers have it (RFC 9110, 5.6.7), in UTC where it names no zone; None for what is none."""
    try:
        when = email.utils.parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when


def fresh_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds for which a server calls its answer fresh (RFC 9111, 4.2.1); None when it says nothing or never."""
    control = headers.get("Cache-Control", "")
    if _NEVER_FRESH.search(control):
        return None
    if match := _MAX_AGE.search(control):
        return float(match[1])
    expires, date = http_date(headers.get("Expires")), http_date(headers.get("Date"))
    return max(0.0, (expires - (date or now)).total_seconds()) if expires else None
