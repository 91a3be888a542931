"""Ways into the archive beside the search: completions, likeness, entities, what rises, corrections, exports."""

from typing import Any

import httpx
import pytest
from support.archive import news

pytestmark = pytest.mark.stack
NEWS = news()


async def answer(http: httpx.AsyncClient, address: str, **params: Any) -> dict[str, Any]:
    response = await http.get(address, params={name.rstrip("_"): value for name, value in params.items()})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_suggestions_of_each_kind(http: httpx.AsyncClient) -> None:
    lisbon = (await answer(http, "/v1/suggest", q="lis"))["suggestions"][0]
    assert (lisbon["kind"], lisbon["id"], lisbon["count"]) == ("entity", "place:lisbon", len(NEWS))
    found = await answer(http, "/v1/suggest", q="harbour rep")
    assert not found["typos"]
    assert [s["highlight"] for s in found["suggestions"] if s["kind"] == "word"] == [
        "<mark>harbour</mark> <mark>rep</mark>ort"
    ]
    assert len([s for s in found["suggestions"] if s["kind"] == "title"]) == 5
    only = await answer(http, "/v1/suggest", q="h", kind="word", size=1)
    assert [s["kind"] for s in only["suggestions"]] == ["word"]


async def test_suggestions_forgive_slips_where_nothing_begins_so(http: httpx.AsyncClient) -> None:
    found = await answer(http, "/v1/suggest", q="lisobn")
    assert found["typos"]
    assert found["suggestions"][0]["text"] == "Lisbon"
    assert (await answer(http, "/v1/suggest", q="zzzzzzzz"))["suggestions"] == []
