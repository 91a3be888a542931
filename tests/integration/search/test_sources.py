"""Sources over the gateway, on a real Elasticsearch."""

from datetime import UTC, datetime
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.lists import EXPECTED, a_thousand

from services.contracts import indices
from services.runtime.elastic import sync_client
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
FEED = "https://harbour.example/feed.xml"


def set_state(settings: Settings, identity: str, **state: Any) -> None:
    es: Elasticsearch
    with sync_client(settings) as es:
        es.update(index=settings.name(indices.SOURCES), id=identity, doc={"state": state}, refresh=True)


async def test_a_source_lives_from_post_to_delete(settings: Settings, serve: Any) -> None:
    async with serve(settings) as http:
        assert (await http.get("/v1/sources")).json() == {
            "total": {"value": 0, "exact": True},
            "sources": [],
            "next": None,
            "prev": None,
        }
        made = await http.post("/v1/sources", json={"feeds": [FEED], "name": "Harbour", "tags": ["ports"]})
        assert made.status_code == 201, made.text
        where = made.headers["location"]
        assert made.json()["health"]["status"] == "new"
        again = await http.post("/v1/sources", json={"url": FEED})
        assert (again.status_code, again.headers["location"]) == (409, where)
        identity = made.json()["id"]
        set_state(settings, identity, last_poll=datetime.now(UTC).isoformat(), failures=5, last_error="HTTP status 500")
        changed = await http.patch(where, json={"name": "Port news", "tags": None, "interval_s": 60})
        assert (changed.json()["name"], changed.json()["tags"], changed.json()["interval_s"]) == ("Port news", [], 60)
        for said, kept in ((True, True), (None, False)):
            assert (await http.patch(where, json={"full_text": said})).json()["full_text"] is kept
        shown = (await http.get(where)).json()
        assert shown["health"]["status"] == "failing"
        assert shown["health"]["last_error"] == "HTTP status 500"
        assert shown["health"]["next_poll"] <= datetime.now(UTC).isoformat()
        newest = {"url": "https://harbour.example/1", "title": "<script>window.x=1</script>", "published_at": None}
        set_state(settings, identity, latest=[newest])
        assert (await http.get(where)).json()["health"]["latest"] == [newest]
        page = (await http.get("/sources")).text
        assert "&lt;script&gt;window.x=1" in page
        assert "<script>window" not in page
        assert shown["feeds"] == [FEED]
        assert (await http.post(f"{where}/poll")).status_code == 202
        assert [s["id"] for s in (await http.get("/v1/sources?health=failing")).json()["sources"]] == [identity]
        assert (await http.get("/v1/sources?health=ok")).json()["sources"] == []
        assert (await http.delete(where)).status_code == 204
        for answer in (await http.get(where), await http.delete(where), await http.patch(where, json={"name": "x"})):
            assert answer.status_code == 404


async def test_an_address_alone_waits_for_fetch(settings: Settings, serve: Any) -> None:
    async with serve(settings) as http:
        made = await http.post("/v1/sources", json={"url": "https://harbour.example/news"})
        assert (made.status_code, made.json()["home"], made.json()["feeds"]) == (
            201,
            "https://harbour.example/news",
            [],
        )
        again = await http.post("/v1/sources", json={"url": "https://harbour.example/news"})
        assert again.status_code == 409
        emptied = await http.patch(made.headers["location"], json={"home": None})
        assert emptied.status_code == 422
        assert "feeds" in emptied.json()["detail"]


async def test_articles_a_day_are_counted(filled: Settings, serve: Any) -> None:
    async with serve(filled) as http:
        await http.post("/v1/sources", json={"feeds": [FEED], "name": "Harbour"})
        found = (await http.get("/v1/sources?q=harbour")).json()["sources"]
        assert found[0]["articles"]["total"] == 0
        assert len(found[0]["articles"]["days"]) == 14
        assert (await http.get("/v1/sources?q=nothing")).json()["total"]["value"] == 0
        await http.delete(f"/v1/sources/{found[0]['id']}")


async def test_opml_goes_in_and_out(settings: Settings, serve: Any) -> None:
    outlines = "".join(f'<outline text="S{i}" xmlUrl="https://s{i}.example/feed"/>' for i in range(60))
    opml = f'<opml version="2.0"><body><outline text="Ports">{outlines}</outline></body></opml>'.encode()
    async with serve(settings) as http:
        for added, unchanged in ((60, 0), (0, 60)):
            done = await http.post("/v1/sources.opml", content=opml, headers={"Content-Type": "text/x-opml"})
            assert done.status_code == 200, done.text
            assert (done.json()["added"], done.json()["unchanged"]) == (added, unchanged)
        page = await http.get("/v1/sources?page_size=50")
        assert (len(page.json()["sources"]), page.json()["total"]["value"]) == (50, 60)
        assert page.headers["link"] == '</v1/sources?page_size=50&page=2>; rel="next"'
        rest = (await http.get(page.json()["next"])).json()
        assert len(rest["sources"]) == 10
        out = await http.get("/v1/sources.opml")
        assert out.text.count("xmlUrl") == 60
        assert "attachment" in out.headers["content-disposition"]
        done = (await http.post("/v1/sources.opml", content=a_thousand())).json()
        assert [done[name] for name in ("added", "duplicates")] == [EXPECTED["added"], EXPECTED["duplicates"]]
        assert len(done["refused"]) == EXPECTED["refused"]
        assert {"entry": "line 51: https:///feed", "reason": "the URL names no host"} in done["refused"]
        for wrong in (b"<html/>", b"", b"<!DOCTYPE x [<!ENTITY a 'b'>]><opml/>"):
            refused = await http.post("/v1/sources.opml", content=wrong)
            assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "body")


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "url"),
        ({"url": "ftp://x.example/"}, "url"),
        ({"url": "https://x.example/", "colour": "red"}, "colour"),
        ({"feeds": ["nonsense"]}, "feeds"),
        ({"url": "https://x.example/", "interval_s": 0}, "interval_s"),
        ({"url": "https://x.example/", "language": "english"}, "language"),
    ],
)
async def test_wrong_sources_are_named(filled: Settings, serve: Any, body: dict[str, Any], parameter: str) -> None:
    async with serve(filled) as http:
        refused = await http.post("/v1/sources", json=body)
        assert refused.status_code == 422
        assert parameter in [error["parameter"] for error in refused.json()["errors"]]


async def test_writes_need_the_key_and_our_own_page(settings: Settings, serve: Any) -> None:
    keyed = settings.model_copy(update={"api_keys": type(settings.api_keys)("secret")})
    async with serve(keyed) as http:
        assert (await http.post("/v1/sources", json={"url": FEED})).status_code == 401
        key = {"X-API-Key": "secret"}
        assert (await http.post("/v1/sources", json={"url": FEED}, headers=key)).status_code == 201
        foreign = await http.post("/v1/sources", json={"url": FEED}, headers={**key, "Origin": "https://evil.example"})
        assert foreign.status_code == 403
        assert (await http.get("/v1/sources")).status_code == 200


@given(st.text(max_size=300), st.text(max_size=80))
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_text_breaks_the_list(filled: Settings, serve: Any, q: str, tag: str) -> None:
    async with serve(filled) as http:
        answer = await http.get("/v1/sources", params={"q": q, "tag": tag})
        assert answer.status_code in (200, 422), answer.text
        made = await http.post("/v1/sources", json={"url": q})
        assert made.status_code in (201, 409, 422), made.text
