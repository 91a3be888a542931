"""JSON Feed as its versions have it, and with whatever else stands in its fields."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fetch.feeds import parse_feed
from services.fetch.listing import Feed, Item, NotAFeed

URL = "https://news.example/feeds/main.json"
AT, LATER = datetime(2026, 11, 22, 8, 30, tzinfo=UTC), datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
VERSION = "https://jsonfeed.org/version/1.1"


def read(document: object, *, with_content: bool = False) -> Feed:
    return parse_feed(json.dumps(document).encode(), "application/feed+json", URL, with_content=with_content)


def item_of(fields: dict[str, Any], *, with_content: bool = False, **feed: object) -> Item:
    document = {"version": VERSION, "items": [{"url": "/a", **fields}], **feed}
    return read(document, with_content=with_content).items[0]


def test_a_feed_tells_its_own_address_its_home_and_its_hub() -> None:
    hubs = [
        {"type": "rssCloud", "url": "https://cloud.example/"},
        {"type": "WebSub", "url": "javascript:alert(1)"},
        {"type": "WebSub", "url": "https://hub.example/"},
    ]
    feed = read(
        {
            "version": VERSION,
            "title": "Harbour & Coast",
            "home_page_url": "/",
            "feed_url": "main.json",
            "language": "en-GB",
            "hubs": hubs,
            "items": [],
        }
    )
    assert (feed.title, feed.home, feed.self_url) == ("Harbour & Coast", "https://news.example/", URL)
    assert (feed.hub, feed.language, feed.items) == ("https://hub.example/", "en", ())


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"url": "/a", "id": "https://x.example/id", "external_url": "https://other.example/"}, "/a"),
        ({"id": "https://news.example/a", "external_url": "https://other.example/"}, "/a"),
        ({"url": "javascript:alert(1)", "id": "https://news.example/a"}, "/a"),
        ({"id": "/a", "external_url": "https://news.example/b"}, "/b"),
        ({"id": 17, "external_url": "/b"}, "/b"),
    ],
)
def test_an_item_is_where_its_url_or_id_or_what_it_is_about_is(fields: dict[str, Any], url: str) -> None:
    assert [item.url for item in read({"items": [fields]}).items] == [f"https://news.example{url}"]


def test_items_without_an_address_are_none_and_the_first_of_one_address_counts() -> None:
    items = [{"id": "1", "title": "None"}, "text", {"url": "/a", "title": "A"}, {"url": "/a#b", "title": "B"}]
    assert [(item.url, item.title) for item in read({"items": items}).items] == [("https://news.example/a", "A")]


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"authors": [{"name": "Ada Quay"}, {"name": "Bo Pier"}]}, ("Ada Quay", "Bo Pier")),
        ({"author": {"name": "Ada Quay"}}, ("Ada Quay",)),
        ({"authors": [{"name": "Ada Quay"}], "author": {"name": "Bo Pier"}}, ("Ada Quay",)),
        ({"authors": [{"url": "https://ada.example/"}, "Bo", {"name": 5}, {"name": "ada@quay.example"}]}, ()),
        ({"authors": {"name": "Ada Quay"}}, ()),
        ({}, ()),
    ],
)
def test_authors_of_either_version(fields: dict[str, Any], names: tuple[str, ...]) -> None:
    assert item_of(fields).authors == names


def test_times_and_languages() -> None:
    both = item_of({"date_published": "2026-11-22T09:30:00+01:00", "date_modified": "2026-11-23T07:00:00Z"})
    assert (both.published_at, both.updated_at) == (AT, LATER)
    changed = item_of({"date_modified": "2026-11-23T07:00:00Z", "language": "de-AT"}, language="fr")
    assert (changed.published_at, changed.updated_at, changed.language) == (LATER, LATER, "de")
    assert item_of({"date_published": "soon", "language": 5}, language="fr")[2:6] == (None, None, (), "fr")


HTML = "<p>The whole article, &amp; more.</p>"


@pytest.mark.parametrize(
    ("fields", "summary", "content"),
    [
        ({"summary": "Short", "content_html": HTML}, "Short", HTML),
        ({"content_html": HTML}, "The whole article, & more.", HTML),
        ({"content_html": HTML, "content_text": "Text"}, "The whole article, & more.", HTML),
        ({"content_text": "One < two\n\nthree"}, "One < two three", "<p>One &lt; two</p><p>three</p>"),
        ({"content_html": "", "content_text": "Text"}, "Text", "<p>Text</p>"),
        ({"summary": " ", "content_html": HTML}, "The whole article, & more.", HTML),
        ({"summary": "The whole article, & more.", "content_html": HTML}, "The whole article, & more.", None),
        ({"summary": "Short"}, "Short", None),
        ({"content_html": ["Text"], "content_text": None}, None, None),
    ],
)
def test_summaries_and_articles(fields: dict[str, Any], summary: str | None, content: str | None) -> None:
    item = item_of(fields, with_content=True)
    assert (item.summary, item.content_html) == (summary, content)
    assert item_of(fields) == item._replace(content_html=None)


@pytest.mark.parametrize("body", [b"{", b'{"items": {}}', b'{"version": "https://jsonfeed.org/version/1.1"}'])
def test_other_json_is_no_feed(body: bytes) -> None:
    with pytest.raises(NotAFeed, match="JSON"):
        parse_feed(body, None, URL)


FIELDS = ("url", "id", "title", "summary", "content_html", "content_text", "date_published", "authors", "language")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from(["/a", "https://x.example/a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url"]), inner, max_size=2),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6), max_size=4), VALUES)
def test_fields_of_a_wrong_type_count_as_missing(items: list[dict[str, Any]], other: Any) -> None:
    feed = read({"items": items, "title": other, "hubs": other, "language": other}, with_content=True)
    assert all(item.url.startswith(("http://", "https://")) for item in feed.items)
    assert all(isinstance(name, str) for item in feed.items for name in item.authors)
    assert all(item.summary is None or item.summary for item in feed.items)
