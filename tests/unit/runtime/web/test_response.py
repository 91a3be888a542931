from datetime import UTC, datetime

import pytest

from services.runtime.web.response import Conditional, retry_after_s

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("9" * 5000, 999_999_999),
        ("Sun, 22 Nov 2026 08:31:00 GMT", 60),
        ("Sun, 22 Nov 2026 08:31:00", 60),
        ("Sun, 22 Nov 2020 08:31:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, expected: float | None) -> None:
    assert retry_after_s(value, NOW) == expected


def test_conditional_headers() -> None:
    assert Conditional().headers() == {}
    assert Conditional('"a"', "date").headers() == {"If-None-Match": '"a"', "If-Modified-Since": "date"}
