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
    # With dots the day is first wherever they are used.
    (re.compile(r"(?<!\d)(\d{1,2})[.]\s?(\d{1,2})[.]\s?(\d{4})(?!\d)"), (3, 2, 1)),
)
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)")
# With such a word a visible date is that of a change.
UPDATED = re.compile(
    r"update|modif|edited|revised|aktualisiert|geändert|stand:|mis à jour|maj\b|actualiz|atualiz|aggiornat|bijgewerkt|"
    r"gewijzigd|zaktualizowan|обновл|оновл|güncelle|تحديث|更新|수정|uppdater|oppdater|opdater|päivitet|diperbarui",
    re.IGNORECASE,
)
# A year; without a space behind it may stand how long the text takes to read: "Mar 27, 20255 min".
_YEAR = r"(\d{4})(?!\d(?!\d?\s?min))"


def written_date(lines: Iterable[str], *, month_first: bool = False) -> datetime | None:
    """UTC midnight of the first date in `lines`, or None. A day that is none (31 February) is passed over.

    `month_first`: whether 3/4/2026 is March 4, as in the United States.
    """
    slashed = (_SLASHED, (3, 1, 2) if month_first else (3, 2, 1))
    for line in lines:
        for year, month, day in (*_named(line), *_numbered(line, (*_NUMERIC, slashed))):
            try:
                return datetime(year, month, day, tzinfo=UTC)
            except ValueError:
                continue
    return None


def _numbered(line: str, patterns: Iterable[tuple[re.Pattern[str], tuple[int, ...]]]) -> Iterable[tuple[int, int, int]]:
    for pattern, order in patterns:
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
    between = r"(?:\s+(?:de|del|di|d'|of|den))?[\s,.\-]*"
    day_first = rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|ª)?[\s.\-]*(?:(?:de|di|of)\s+)?({either})\b\.?{between}{_YEAR}"
    month_first = rf"\b({either})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?[\s,.]+{_YEAR}"
    return re.compile(day_first), re.compile(month_first), months
