from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetch.dates import time_of

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T09:30:00+01:00",
        "2026-11-22T08:30Z",
        "2026-11-22 08:30:00",
        "2026-11-22 09:30:00 +0100",
        "Sun, 22 Nov 2026 08:30:00 GMT",
        "Sun, 22 Nov 2026 09:30:00 +0100",
        "Sun, 22 Nov 2026 09:30:00 +01:00",
        "Sun, 22 Nov 2026 03:30:00 EST",
        "22 Nov 2026 10:30:00 CEST",
        "Sunday, 22-Nov-26 08:30:00 UTC",
        "dim., 22 nov. 2026 08:30",
        "Sun, 22 November 2026 07:00 GMT-0130",
        "Sun Nov 22 08:30:00 2026",
        "Sun, 22 Nov 2026 08:30:00 XYZ",
    ],
)
def test_one_time_in_many_spellings(value: str) -> None:
    assert time_of(f" {value}\n") == AT


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-11", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("22 Nov 1999", datetime(1999, 11, 22, tzinfo=UTC)),
        ("99999-01-01", None),
        ("0001-01-01T00:00:00Z", None),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("Sun, 32 Nov 2026 08:30:00 GMT", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (17, None),
    ],
)
def test_other_values(value: object, expected: datetime | None) -> None:
    assert time_of(value) == expected


@given(st.datetimes(datetime(1971, 1, 1), datetime(2999, 1, 1), timezones=ZONES))
def test_what_the_standard_library_writes_is_read(when: datetime) -> None:
    when = when.replace(microsecond=0)
    assert time_of(format_datetime(when)) == when
    assert time_of(when.isoformat()) == when


@given(st.text() | st.text("0123456789 :+-,.TZGMTNovSun"))
def test_any_text_is_a_time_or_none(value: str) -> None:
    when = time_of(value)
    assert when is None or when.tzinfo is UTC
