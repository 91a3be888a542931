"""Feeds are well-formed whatever the articles hold."""

import json
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from services.search.feeds import Feed, atom, json_feed, rss
from services.search.results import article_of
from services.search.routers.saved import FEED_FIELDS

FEED = Feed("Ports", "http://h.example/?q=port", "http://h.example/feed", datetime(2026, 11, 22, tzinfo=UTC))
STORED = {
    "id": "0" * 64,
    "url": "https://news.example/1",
    "title": "Harbour",
    "description": "It opens.",
    "language": "en",
    "source": {"id": "n", "name": "News", "domain": "news.example"},
    "published_at": "2026-11-21T08:00:00Z",
    "fetched_at": "2026-11-21T09:00:00Z",
    "indexed_at": "2026-11-21T09:00:01Z",
}


def article(**given: Any) -> dict[str, Any]:
    return article_of({**STORED, **given}, FEED_FIELDS)


def test_rss_names_all_that_readers_need() -> None:
    feed = feedparser.parse(rss(FEED, [article(authors=["Ann"], tags=["ports"])]))
    assert not feed.bozo
    assert (feed.feed.title, feed.feed.link) == ("Ports", FEED.page)
    entry = feed.entries[0]
    assert (entry.title, entry.link, entry.id) == ("Harbour", "https://news.example/1", "0" * 64)
    assert (entry.summary, entry.author, entry.tags[0].term) == ("It opens.", "Ann", "ports")
    assert entry.published_parsed[:4] == (2026, 11, 21, 8)


def test_atom_gives_an_author_where_none_is_known() -> None:
    feed = feedparser.parse(atom(FEED, [article(description=None)]))
    entry = feed.entries[0]
    assert (entry.author, entry.summary, entry.id) == ("News", "Harbour", "https://news.example/1")
    assert feed.feed.id == FEED.own
    assert feed.entries[0].updated == "2026-11-21T09:00:01+00:00"


def test_json_feed_leaves_out_what_is_not_known() -> None:
    made = json.loads(json_feed(FEED, [article(published_at=None)]))
    assert made["version"] == "https://jsonfeed.org/version/1.1"
    assert set(made["items"][0]) == {"id", "url", "title", "content_text", "language"}


@pytest.mark.parametrize("make", [rss, atom])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_makes_well_formed_xml(make: Any, text: str) -> None:
    whole = make(Feed(text, FEED.page, FEED.own, FEED.updated), [article(title=text, tags=[text], authors=[text])])
    assert etree.fromstring(whole) is not None


def test_a_feed_of_nothing_is_a_feed() -> None:
    assert not feedparser.parse(rss(FEED, [])).bozo
    assert not feedparser.parse(atom(FEED, [])).bozo
