from datetime import UTC, datetime

import pytest

from services.runtime.web.freshness import fresh_s, http_date

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"Cache-Control": "public, max-age=600"}, 600),
        ({"Cache-Control": 'MAX-AGE="60"'}, 60),
        ({"Cache-Control": "no-cache, max-age=600"}, None),
        ({"Cache-Control": "no-store"}, None),
        ({"Cache-Control": "max-age=60", "Expires": "Mon, 23 Nov 2026 09:30:00 GMT"}, 60),
        ({"Expires": "Mon, 23 Nov 2026 09:30:00 GMT"}, 3600),
        ({"Expires": "Mon, 23 Nov 2026 09:30:00 GMT", "Date": "Mon, 23 Nov 2026 09:00:00 GMT"}, 1800),
        ({"Expires": "Mon, 23 Nov 2026 07:30:00 GMT"}, 0),
        ({"Expires": "0"}, None),
    ],
)
def test_how_long_an_answer_is_fresh(headers: dict[str, str], expected: float | None) -> None:
    assert fresh_s(headers, NOW) == expected


@pytest.mark.parametrize("value", [None, "", "soon", "99", "Mon, 99 Nov 2026 09:30:00 GMT"])
def test_what_is_no_date_is_none(value: str | None) -> None:
    assert http_date(value) is None
