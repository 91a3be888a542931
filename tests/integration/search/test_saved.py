"""Saved searches and their feeds, on a real Elasticsearch."""

import json
from typing import Any

import feedparser
import pytest
from lxml import etree

pytestmark = pytest.mark.stack
SEARCH = {"q": "harbour", "language": ["en", "de"], "exclude_source": ["alpha"], "from": "2001"}


@pytest.fixture
async def saved(http: Any) -> Any:
    made = await http.post("/v1/saved-searches", json={"name": 'Ports & "ferries" <1>', "search": SEARCH})
    assert made.status_code == 201, made.text
    yield made.json()
    await http.delete(made.headers["location"])


async def test_a_saved_search_lives_from_post_to_delete(http: Any) -> None:
    made = await http.post("/v1/saved-searches", json={"name": "Ports", "search": SEARCH})
    where = made.headers["location"]
    assert made.json()["search"] == SEARCH
    assert (await http.get(where)).json() == made.json()
    listed = (await http.get("/v1/saved-searches")).json()
    assert made.json()["id"] in [s["id"] for s in listed["saved_searches"]]
    hits = (await http.get(made.json()["hits"])).json()
    assert hits["total"]["value"] == 150
    assert (await http.get(made.json()["page"])).status_code == 200
    changed = await http.put(where, json={"name": "Lisbon", "search": {"entity": ["Lisbon"]}})
    assert (changed.json()["name"], changed.json()["search"]) == ("Lisbon", {"entity": ["Lisbon"]})
    assert changed.json()["created_at"] == made.json()["created_at"]
    assert (await http.delete(where)).status_code == 204
    for answer in (await http.get(where), await http.delete(where), await http.get(where + "/feed.rss")):
        assert answer.status_code == 404


@pytest.mark.parametrize("kind", ["rss", "atom", "json"])
async def test_a_feed_has_the_newest_hits(http: Any, saved: Any, kind: str) -> None:
    answer = await http.get(saved["feeds"][kind])
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(("application/rss+xml", "application/atom", "application/feed"))
    if kind == "json":
        read = json.loads(answer.content)
        title, links = read["title"], [item["url"] for item in read["items"]]
        assert read["feed_url"] == f"http://127.0.0.1:8000{saved['feeds']['json']}"
    else:
        etree.fromstring(answer.content)
        feed = feedparser.parse(answer.content)
        assert not feed.bozo, feed.bozo_exception
        title, links = feed.feed.title, [entry.link for entry in feed.entries]
        assert all(entry.title and entry.id and entry.published_parsed for entry in feed.entries)
    assert title == 'Ports & "ferries" <1>'
    assert len(set(links)) == 50
    again = await http.get(saved["feeds"][kind], headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "max-age" in again.headers["cache-control"]


@pytest.mark.parametrize("kind", ["rss", "atom"])
async def test_hostile_articles_stay_text(http: Any, kind: str) -> None:
    made = (await http.post("/v1/saved-searches", json={"name": "hostile", "search": {"q": "hostile"}})).json()
    root = etree.fromstring((await http.get(made["feeds"][kind])).content)
    names = {etree.QName(element).localname for element in root.iter()}
    assert not names & {"script", "img", "svg", "iframe", "meta", "base"}
    assert any("<script>" in (element.text or "") for element in root.iter())
    await http.delete(f"/v1/saved-searches/{made['id']}")


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"search": {}}, "name"),
        ({"name": " ", "search": {}}, "name"),
        ({"name": "x", "search": {"q": "(a"}}, "q"),
        ({"name": "x", "search": {"from": "soon"}}, "from"),
        ({"name": "x", "search": {"colour": "red"}}, "search"),
    ],
)
async def test_what_can_not_be_searched_is_not_saved(http: Any, body: dict[str, Any], parameter: str) -> None:
    refused = await http.post("/v1/saved-searches", json=body)
    assert refused.status_code == 422
    assert parameter in [error["parameter"] for error in refused.json()["errors"]]


async def test_there_is_a_most(http: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.search.saved.MOST", 0)
    refused = await http.post("/v1/saved-searches", json={"name": "x", "search": {}})
    assert refused.status_code == 409
    assert "delete some" in refused.json()["detail"]


async def test_writes_of_other_pages_are_refused(http: Any) -> None:
    body = {"name": "x", "search": {}}
    foreign = await http.post("/v1/saved-searches", json=body, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
