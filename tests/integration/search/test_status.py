"""The whole pipeline's status over real servers, with services that run and that do not."""

import json
from typing import Any

import pytest
from support.site import Site, answer, serving

from services.runtime.progress import Progress
from services.runtime.settings import Settings
from services.standalone.ports import unused

pytestmark = pytest.mark.stack


async def test_fates_are_counted_and_services_asked(filled: Settings, serve: Any) -> None:
    body = {**Progress("index").status(), "service": "index", "ready": True, "reasons": [], "lag": 1234}
    site = Site(routes={"/status": answer(json.dumps(body).encode(), kind="application/json")})
    async with serving(site):
        given = f"index=127.0.0.1:{site.port},fetch=127.0.0.1:{unused('127.0.0.1')}"
        async with serve(filled.model_copy(update={"stages": given})) as http:
            found = await http.get("/v1/status")
            page = (await http.get("/pipeline")).text
    assert found.headers["cache-control"] == "no-store"
    fates = {fate["fate"]: fate["count"] for fate in found.json()["fates"]}
    assert fates["indexed"] >= 300
    assert [part["ready"] for part in found.json()["dependencies"]] == [True, True]
    assert {s["name"]: s["lag"] for s in found.json()["services"]}["index"] == 1234
    assert "1,234" in page
    assert "Not all is well: fetch, clean, enrich." in page
    assert 'action="/journey"' in page


async def test_without_servers_the_page_still_tells(settings: Settings, serve: Any) -> None:
    nowhere = f"127.0.0.1:{unused('127.0.0.1')}"
    away = {"kafka": nowhere, "elasticsearch": f"http://{nowhere}", "stages": f"fetch={nowhere}"}
    async with serve(settings.model_copy(update=away)) as http:
        found = await http.get("/v1/status")
        page = await http.get("/pipeline")
    assert (found.status_code, page.status_code) == (200, 200)
    assert found.json()["fates"] is None
    assert [part["ready"] for part in found.json()["dependencies"]] == [False, False]
    assert "Not known now" in page.text
