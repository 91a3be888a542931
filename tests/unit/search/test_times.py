"""Times as people write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search.times import parse_time

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-02", "2026-02-01", "2026-03-01"),
        ("2026-11-22", "2026-11-22", "2026-11-23"),
        ("7d", "2026-11-15T12:00", "2026-11-15T12:00"),
        ("12h", "2026-11-22T00:00", "2026-11-22T00:00"),
        ("now", "2026-11-22T12:00", "2026-11-22T12:00"),
        ("2026-11-22T10:00:00+02:00", "2026-11-22T08:00", "2026-11-22T08:00"),
        ("2026-11-22T10:00", "2026-11-22T10:00", "2026-11-22T10:00"),
    ],
)
def test_a_time_means_an_instant(text: str, start: str, end: str) -> None:
    assert parse_time(text, NOW, end=False) == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert parse_time(text, NOW, end=True) == datetime.fromisoformat(end).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2026-13", "2026-02-30", "0000", "99999-01-01", "7x", "2026-1"])
def test_what_is_no_time_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="RFC 3339"):
        parse_time(text, NOW, end=True)


@pytest.mark.parametrize("text", ["9999", "9999-12", "9999-12-31"])
def test_the_last_period_that_has_dates_ends_with_them(text: str) -> None:
    assert parse_time(text, NOW, end=True) == datetime.max.replace(tzinfo=UTC)


@given(st.datetimes(datetime(1, 1, 1), datetime(9998, 12, 31)), st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d"]))
def test_a_period_contains_its_own_instants(at: datetime, form: str) -> None:
    text = at.strftime(form).rjust(len(at.date().isoformat()[: {"%Y": 4, "%Y-%m": 7}.get(form, 10)]), "0")
    moment = at.replace(tzinfo=UTC)
    assert parse_time(text, NOW, end=False) <= moment < parse_time(text, NOW, end=True)


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    try:
        assert parse_time(text, NOW, end=False).tzinfo is not None
    except ValueError as error:
        assert "allowed" in str(error)
