"""Times as feeds write them: RFC 822 with all its zones, W3C dates, and what else the standard library can read."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import Any

_MONTHS = {
    m: n for n, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_USUAL = {f" {month.title()} ": f"-{n:02}-" for month, n in _MONTHS.items()}
_UTC = {"GMT": "Z", "UTC": "Z"}
# Hours from UTC. RFC 822 has those of North America, feeds all of them; an unknown zone counts as UTC.
_ZONES = {
    **{"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8},
    **{"bst": 1, "cet": 1, "met": 1, "west": 1, "cest": 2, "mest": 2, "eet": 2, "eest": 3, "msk": 3, "sast": 2},
    **{"ist": 5.5, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13},
    **{"hst": -10, "brt": -3, "art": -3},
}
_RFC_822 = re.compile(
    r"(?:[^\d\s,]+,?\s*)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?[\s,-]+(\d{4}|\d\d)"
    r"(?:[\s,]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(?:(?:gmt|utc?)?([+-]\d\d?):?(\d\d)?|([a-z]{1,5}))?)?",
    re.IGNORECASE | re.ASCII,
)
_W3C_PART = re.compile(r"(\d{4})(?:-(\d\d))?")
_LONGEST = 100
_SPACES = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)")


def time_of(value: Any) -> datetime | None:
    """UTC time of an RFC 3339, W3C or RFC 822 date (`2026-11-22`, `…T10:00Z`, `Sun, 22 Nov 2026 10:00:00 EST`).

    None when it is none, or the year 1, which is how Go and .NET write "no time".
    """
    if not isinstance(value, str) or not (value := value.strip()) or len(value) > _LONGEST:
        return None
    try:
        when = _w3c(value) if value[:4].isdigit() else _usual(value) or _rfc_822(value)
        if when is None or when.year == 1:
            return None
        return when if when.tzinfo is UTC else when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _w3c(value: str) -> datetime:
    if len(value) < 8 and (part := _W3C_PART.fullmatch(value)):  # a year, or a month
        return datetime(int(part[1]), int(part[2] or 1), 1, tzinfo=UTC)
    when = datetime.fromisoformat(_SPACES.sub("", value) if " " in value else value)
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when


def _usual(value: str) -> datetime | None:
    """`Sun, 22 Nov 2026 10:00:00 +0100`, to the letter: nine of ten dates, and a tenth of the time."""
    try:
        zone = value[26:]
        day = f"{value[12:16]}{_USUAL[value[7:12]]}{value[5:7]}"
        return datetime.fromisoformat(f"{day}T{value[17:25]}{_UTC.get(zone, zone)}")
    except (ValueError, KeyError):
        return None


def _rfc_822(value: str) -> datetime | None:
    found = _RFC_822.match(value)
    month = found and _MONTHS.get(found[2].lower())
    if not found or not month:
        return _other(value)
    hour, minute, second = int(found[4] or 0), int(found[5] or 0), min(int(found[6] or 0), 59)
    when = datetime(_year(found[3]), month, int(found[1]), hour, minute, second, tzinfo=UTC)
    if found[7]:
        sign = -1 if found[7].startswith("-") else 1
        return when - timedelta(hours=int(found[7]), minutes=sign * int(found[8] or 0))
    return when - timedelta(hours=_ZONES.get((found[9] or "").lower(), 0))


def _year(digits: str) -> int:
    """RFC 2822, 4.3: of two digits, up to 49 are of this century."""
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 50 else 1900)


def _other(value: str) -> datetime | None:
    """Such as `Nov 22, 2026` and what C's asctime() writes."""
    parts = parsedate_tz(value)
    return datetime(*parts[:6], tzinfo=UTC) - timedelta(seconds=parts[9] or 0) if parts else None
