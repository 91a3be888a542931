from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetch.text import author_of, language_of, plain, time_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("<p>Two\n <b>words</b></p>", "Two words"),
        ("5 < 6 & 7 &gt; 3", "5 < 6 & 7 > 3"),
        ("<script>alert(1)</script>", None),
        ("a\x00b\x1bc", "a b c"),
        ("", None),
        (None, None),
        (17, None),
        ("x" * 30, "x" * 19 + "…"),
    ],
)
def test_plain(value: object, expected: str | None) -> None:
    assert plain(value, 20) == expected


@given(st.text())
def test_plain_text_has_no_control_characters_and_a_limit(value: str) -> None:
    text = plain(value, 20)
    assert text is None or (0 < len(text) <= 20 and not any(ord(c) < 32 for c in text))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-22T09:30:00+01:00", datetime(2026, 11, 22, 8, 30, tzinfo=UTC)),
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("99999-01-01", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_time(value: object, expected: datetime | None) -> None:
    assert time_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("en-GB", "en"), ("pt_BR", "pt"), ("SWA", "swa"), ("english", None), ("", None), (None, None)],
)
def test_language(value: object, expected: str | None) -> None:
    assert language_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("Ada Quay", "Ada Quay"), ("desk@news.example (Ada Quay)", "Ada Quay"), ("desk@news.example", None), (None, None)],
)
def test_author(value: object, expected: str | None) -> None:
    assert author_of(value) == expected
