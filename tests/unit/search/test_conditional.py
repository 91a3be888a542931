"""Conditional requests: what is tagged, what is not, and what a client that has it gets."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from services.search.conditional import Conditional, has


async def whole(request: Request) -> Response:
    headers = {name: value for name, value in request.query_params.items() if name != "status"}
    return JSONResponse({"a": 1}, int(request.query_params.get("status", 200)), headers)


async def streamed(_: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    return StreamingResponse(parts())


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[Route("/", whole, methods=["GET", "POST"]), Route("/streamed", streamed)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Conditional(app)), base_url="http://t") as client:
        yield client


async def test_an_answer_that_the_client_has_is_not_sent_again(http: httpx.AsyncClient) -> None:
    first = await http.get("/")
    assert first.headers["etag"].startswith('W/"')
    assert first.headers["cache-control"] == "no-cache"
    again = await http.get("/", headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert "content-type" not in again.headers
    assert (await http.get("/", headers={"If-None-Match": '"other"'})).json() == {"a": 1}


@pytest.mark.parametrize("address", ["/?status=404", "/?cache-control=no-store", "/streamed"])
async def test_what_is_not_tagged(http: httpx.AsyncClient, address: str) -> None:
    response = await http.get(address, headers={"If-None-Match": "*"})
    assert "etag" not in response.headers
    assert response.content


async def test_what_says_itself_stays(http: httpx.AsyncClient) -> None:
    assert (await http.get("/?etag=own")).headers["etag"] == "own"
    assert (await http.get("/?cache-control=max-age=5")).headers["cache-control"] == "max-age=5"
    assert "etag" not in (await http.post("/", headers={"If-None-Match": "*"})).headers


def test_names_are_compared_weakly() -> None:
    assert has('W/"a"', "a")
    assert has('"b" , "a"', "a")
    assert has("*", "a")
    assert not has("", "a")
