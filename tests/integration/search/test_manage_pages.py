"""The pages of sources and saved searches, with the forms that a browser without JavaScript sends."""

import re
from typing import Any

import pytest

from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
OURS = {"Origin": "http://127.0.0.1:8000"}


async def test_a_source_is_followed_switched_off_and_removed(settings: Settings, serve: Any) -> None:
    async with serve(settings) as http:
        assert "Nothing is followed yet" in (await http.get("/sources")).text
        address = "https://harbour.example/<script>"
        sent = await http.post("/sources", data={"url": address, "name": "Harbour <b>"}, headers=OURS)
        assert sent.status_code == 303
        page = (await http.get(sent.headers["location"])).text
        assert "Harbour &lt;b&gt;" in page
        assert "<b>" not in page
        again = await http.post("/sources", data={"url": address}, headers=OURS)
        assert "followed already" in (await http.get(again.headers["location"])).text
        where = re.findall(r'action="(/sources/[a-z0-9-]+)"', page)
        action = next(a for a in where if not a.endswith("opml"))
        for do, seen in (("off", "switched off"), ("on", "looked for"), ("poll", "within seconds")):
            sent = await http.post(action, data={"do": do}, headers=OURS)
            assert sent.status_code == 303, sent.text
            assert seen in (await http.get(sent.headers["location"])).text.lower()
        sent = await http.post(action, data={"do": "delete"}, headers=OURS)
        assert "followed no more" in (await http.get(sent.headers["location"])).text
        gone = await http.post(action, data={"do": "delete"}, headers=OURS)
        assert (gone.status_code, "no such source" in gone.text) == (404, True)
        odd = await http.post(action, data={"do": "dance"}, headers=OURS)
        assert odd.status_code == 422


async def test_a_wrong_address_is_said_and_stays_in_the_form(settings: Settings, serve: Any) -> None:
    async with serve(settings) as http:
        refused = await http.post("/sources", data={"url": "ftp://x.example", "name": 'A "name"'}, headers=OURS)
        assert refused.status_code == 422
        assert 'value="ftp://x.example"' in refused.text
        assert "A &#34;name&#34;" in refused.text
        assert 'role="alert"' in refused.text


async def test_opml_is_read_from_a_file(settings: Settings, serve: Any) -> None:
    opml = (
        b'<opml version="2.0"><body><outline text="A" xmlUrl="https://a.example/feed" htmlUrl="javascript:x"/>'
        b'<outline text="B" xmlUrl="ftp://b.example/"/></body></opml>'
    )
    async with serve(settings) as http:
        sent = await http.post("/sources/opml", files={"file": ("a.opml", opml, "text/x-opml")}, headers=OURS)
        assert sent.status_code == 200, sent.text
        assert "1 added" in sent.text
        assert "1 refused" in sent.text
        assert '<li dir="auto">line 1: ftp://b.example/: not an absolute http or https URL' in sent.text
        assert 'href="javascript:' not in sent.text
        good = opml.replace(b"ftp://", b"https://")
        sent = await http.post("/sources/opml", files={"file": ("a.opml", good, "text/x-opml")}, headers=OURS)
        assert sent.status_code == 303, sent.text
        assert "1 added, 0 merged, 0 duplicates, 0 refused" in (await http.get(sent.headers["location"])).text
        for wrong in (b"", b"<html/>"):
            refused = await http.post("/sources/opml", files={"file": ("a.opml", wrong, "text/x-opml")}, headers=OURS)
            assert refused.status_code == 422


async def test_a_search_is_saved_from_its_page(http: Any) -> None:
    page = (await http.get("/?q=harbour&language=en&from=2001")).text
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page[page.index('class="more save"') :])
    assert ("language", "en") in hidden
    sent = await http.post("/saved", data={**dict(hidden), "name": "Ports <i>"}, headers=OURS)
    assert sent.status_code == 303, sent.text
    listed = (await http.get(sent.headers["location"])).text
    assert "Ports &lt;i&gt;" in listed
    feed = re.search(r'href="(/v1/saved-searches/\w+/feed\.rss)"', listed)
    assert feed is not None
    assert (await http.get(feed[1])).text.count("<item>") == 50
    action = feed[1].replace("/v1/saved-searches", "/saved").removesuffix("/feed.rss")
    assert (await http.post(action, data={"do": "delete"}, headers=OURS)).status_code == 303
    assert (await http.post(action, data={"do": "delete"}, headers=OURS)).status_code == 404
    assert "None yet" in (await http.get("/saved")).text


@pytest.mark.parametrize(
    ("path", "data"),
    [("/sources", {"url": "https://x.example"}), ("/saved", {"name": "x"}), ("/sources/a-1", {"do": "delete"})],
)
async def test_forms_of_other_pages_are_refused(http: Any, path: str, data: dict[str, str]) -> None:
    for headers in ({}, {"Origin": "null"}, {"Origin": "https://evil.example"}):
        refused = await http.post(path, data=data, headers=headers)
        assert refused.status_code == 403, refused.text


async def test_with_keys_the_forms_ask_for_one(settings: Settings, serve: Any) -> None:
    keyed = settings.model_copy(update={"api_keys": type(settings.api_keys)("secret")})
    async with serve(keyed) as http:
        assert 'name="key" type="password"' in (await http.get("/sources")).text
        data = {"url": "https://x.example"}
        assert (await http.post("/sources", data=data, headers=OURS)).status_code == 401
        assert (await http.post("/sources", data={**data, "key": "secret"}, headers=OURS)).status_code == 303


@pytest.mark.parametrize("address", ["/sources?page=0", "/sources?page=9999999", "/sources?health=x", "/sources?q=%00"])
async def test_odd_addresses_of_the_page_are_answered(http: Any, address: str) -> None:
    assert (await http.get(address)).status_code in (200, 422)
