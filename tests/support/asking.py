"""Asking the gateway for what it has."""

from typing import Any

import httpx


async def answer(http: httpx.AsyncClient, address: str, **params: Any) -> dict[str, Any]:
    """The JSON of an answer that is no error; `from_` asks with `from`."""
    response = await http.get(address, params={name.rstrip("_"): value for name, value in params.items()})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found
