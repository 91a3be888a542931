"""So many requests a minute, and answers that say what is left."""

from typing import Any

import pytest
from starlette.requests import Request
from support.messages import settings_for_tests

from services.search.access import Access
from services.search.problems import Problem
from services.search.rate import RateLimit


def request(client: str = "10.0.0.1", path: str = "/v1/search", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": raw}
    return Request({**scope, "client": (client, 5000)})


def limit(per_minute: int) -> RateLimit:
    return RateLimit(per_minute, Access(settings_for_tests(api_keys="one,two")))


async def left(rate: RateLimit, asked: Request) -> int | None:
    """What is left after this request; None: it was refused."""
    try:
        fields = await rate.spend(asked)
    except Problem as error:
        assert error.status == 429
        assert error.headers is not None
        assert 1 <= int(error.headers["Retry-After"]) <= 120
        assert error.headers["RateLimit"].startswith('"minute";r=0;t=')
        assert "requests a minute; the next are answered in" in error.detail
        return None
    assert fields["RateLimit-Policy"].endswith(";w=60")
    return int(fields["RateLimit"].split("r=")[1].split(";")[0])


async def test_each_key_and_each_address_has_its_own() -> None:
    rate = limit(3)
    for asked in (request(), request("10.0.0.2"), request(x_api_key="one"), request(authorization="Bearer two")):
        assert [await left(rate, asked) for _ in range(5)] == [2, 1, 0, None, None]
    assert await left(rate, request("10.0.0.9", x_api_key="one")) is None, "a key is one, wherever it comes from"


async def test_unknown_keys_do_not_help() -> None:
    rate = limit(2)
    assert [await left(rate, request(x_api_key=f"guess {n}")) for n in range(3)] == [1, 0, None]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/static/page.css"])
async def test_what_watches_and_styles_is_not_counted(path: str) -> None:
    rate = limit(1)
    assert [await rate.spend(request(path=path)) for _ in range(3)] == [{}] * 3


async def test_without_a_limit_nothing_is_counted_or_told() -> None:
    rate = limit(0)
    assert [await rate.spend(request()) for _ in range(3)] == [{}] * 3
