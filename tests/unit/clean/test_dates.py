"""Dates as data and as written, in UTC; what is none is ignored."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clean.dates import parse_date
from services.clean.written_dates import written_date

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-12T07:00:00Z", datetime(2026, 11, 12, 7, tzinfo=UTC)),
        ("2026-11-12T07:00:00.123+02:00", datetime(2026, 11, 12, 5, tzinfo=UTC)),
        ("2026-11-12T07:00+0530", datetime(2026, 11, 12, 1, 30, tzinfo=UTC)),
        ("2026-11-12 07:00:00 UTC", datetime(2026, 11, 12, 7, tzinfo=UTC)),
        ("2026-11-12", datetime(2026, 11, 12, tzinfo=UTC)),
        ("20261112", datetime(2026, 11, 12, tzinfo=UTC)),
        ("Thu, 12 Nov 2026 07:00:00 +0100", datetime(2026, 11, 12, 6, tzinfo=UTC)),
        (1794466800, datetime(2026, 11, 12, 7, tzinfo=UTC)),
        ("1794466800000", datetime(2026, 11, 12, 7, tzinfo=UTC)),
    ],
)
def test_parse(value: object, expected: datetime) -> None:
    assert parse_date(value, NOW) == expected


@pytest.mark.parametrize(
    "value",
    [
        "99999-01-01",
        "9999-12-31",
        "2027-06-01",
        "0000-00-00",
        "2026-02-31",
        "1812-06-24",
        "",
        None,
        [],
        {"a": 1},
        "soon",
    ],
)
def test_what_is_no_plausible_date_is_ignored(value: object) -> None:
    assert parse_date(value, NOW) is None


@given(st.one_of(st.text(), st.integers(), st.floats(), st.datetimes().map(str)))
def test_never_a_crash(value: object) -> None:
    found = parse_date(value, NOW)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("By Tom Haverty, November 3, 2026", (2026, 11, 3)),
        ("Wednesday 21st October 2026", (2026, 10, 21)),
        ("Lebus, den 3. März 2026 – von Wiebke Lohmann", (2026, 3, 3)),
        ("le 24 juillet 2026 à 18h", (2026, 7, 24)),
        ("1er août 2026", (2026, 8, 1)),
        ("12 de noviembre de 2026", (2026, 11, 12)),
        ("8 października 2026, 8:10", (2026, 10, 8)),
        ("12 ноября 2026", (2026, 11, 12)),
        ("12 Şubat 2026", (2026, 2, 12)),
        ("2026年10月12日", (2026, 10, 12)),
        ("12.06.2026 - 08:30", (2026, 6, 12)),
        ("Updated 2026-06-12", (2026, 6, 12)),
        ("13/06/2026", (2026, 6, 13)),
        ("06/13/2026", (2026, 6, 13)),
        ("Sept. 5, 2026", (2026, 9, 5)),
        ("04-ago-2026 5:11", (2026, 8, 4)),
        ("Mar 27, 20265 mins", (2026, 3, 27)),
        ("Mar 27, 202612 min read", (2026, 3, 27)),
    ],
)
def test_written(line: str, expected: tuple[int, int, int]) -> None:
    assert written_date(["Kicker", line]) == datetime(*expected, tzinfo=UTC)


@pytest.mark.parametrize(
    "line", ["31. Februar 2026", "May we ask", "call 12 34 5678", "99.99.2026", "March of 2026", "Mar 27, 20265"]
)
def test_not_written(line: str) -> None:
    assert written_date([line]) is None


@given(st.lists(st.text(max_size=60), max_size=4))
def test_written_never_crashes(lines: list[str]) -> None:
    written_date(lines)


@given(st.dates(datetime(1980, 1, 1).date(), datetime(2099, 12, 31).date()), st.sampled_from("/-"))
def test_a_date_is_read_in_either_order(day: date, mark: str) -> None:
    """A first number over 12 can only be the day, whatever the order of the place."""
    for written, month_first in ((f"%d{mark}%m{mark}%Y", False), (f"%m{mark}%d{mark}%Y", True)):
        found = written_date([day.strftime(written)], month_first=month_first)
        assert found == datetime(day.year, day.month, day.day, tzinfo=UTC)


@given(st.dates(datetime(1980, 1, 1).date(), datetime(2099, 12, 31).date()))
def test_every_day_is_read_with_the_month_in_words(day: date) -> None:
    expected = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for line in (
        day.strftime("%B %d, %Y"),
        day.strftime("%d %b %Y"),
        day.strftime("%d-%b-%Y"),
        day.strftime("On %b. %d, %Y5 min"),
    ):
        assert written_date([line]) == expected, line
