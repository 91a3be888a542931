"""Dates as people write them beside a headline: "3. März 2026", "November 3, 2026", "2026年10月12日"."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("months.yaml")
_NUMERIC = (
    (re.compile(r"(?<!\d)(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]"), (1, 2, 3)),
    (re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"), (1, 2, 3)),
    # With dots the day is first wherever they are used; with slashes it is, but for the United States.
    (re.compile(r"(?<!\d)(\d{1,2})[.]\s?(\d{1,2})[.]\s?(\d{4})(?!\d)"), (3, 2, 1)),
    (re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)"), (3, 2, 1)),
)


def written_date(lines: Iterable[str]) -> datetime | None:
    """UTC midnight of the first date in `lines`, or None. A day that is none (31 February) is passed over."""
    for line in lines:
        for year, month, day in (*_named(line), *_numbered(line)):
            try:
                return datetime(year, month, day, tzinfo=UTC)
            except ValueError:
                continue
    return None


def _numbered(line: str) -> Iterable[tuple[int, int, int]]:
    for pattern, order in _NUMERIC:
        for match in pattern.finditer(line):
            year, month, day = (int(match.group(i)) for i in order)
            yield (year, day, month) if month > 12 else (year, month, day)


def _named(line: str) -> Iterable[tuple[int, int, int]]:
    day_first, month_first, months = _patterns()
    text = _plain(line)
    for match in day_first.finditer(text):
        yield int(match.group(3)), months[match.group(2)], int(match.group(1))
    for match in month_first.finditer(text):
        yield int(match.group(3)), months[match.group(1)], int(match.group(2))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("İ", "i")).casefold()


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, int]]:
    data: dict[str, list[str]] = yaml.safe_load(_FILE.read_text("utf-8"))
    months: dict[str, int] = {}
    for names in data.values():
        for number, name in enumerate(map(_plain, names), 1):
            months[name] = number
            for length in (3, 4):
                months.setdefault(name[:length], number)
    either = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    between = r"(?:\s+(?:de|del|di|d'|of|den))?[\s,.]*"
    day_first = (
        rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|ª)?[\s.\-]*(?:(?:de|di|of)\s+)?({either})\b\.?{between}(\d{{4}})(?!\d)"
    )
    month_first = rf"\b({either})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?[\s,.]+(\d{{4}})(?!\d)"
    return re.compile(day_first), re.compile(month_first), months
