from datetime import UTC, datetime

from services.contracts.messages import Hints, PageMessage, UrlMessage
from services.contracts.sources import SourceRecord
from services.fetch.listing import Item
from services.fetch.messages import messages

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
SOURCE = SourceRecord(id="s", name="S", feeds=("https://news.example/feed",), language="en-GB")
ITEM = Item("https://news.example/1", "One & <two>", NOW, "Summary", ("Ada Quay",))


def test_a_url_carries_hints() -> None:
    (message,) = messages(SOURCE, [ITEM], NOW)
    assert isinstance(message, UrlMessage)
    assert (message.url, message.source) == ("https://news.example/1", "s")
    assert message.hints == Hints(
        title="One & <two>", published_at=NOW, language="en", authors=("Ada Quay",), summary="Summary"
    )


def test_a_source_of_whole_articles_gives_pages_where_an_item_has_its_text() -> None:
    whole = SOURCE.model_copy(update={"full_text": True})
    item = Item(ITEM.url, ITEM.title, NOW, "Summary", ("Ada Quay",), content_html="<p>All of it.</p>")
    page, url = messages(whole, [item, ITEM], NOW)
    assert isinstance(url, UrlMessage)
    assert page == PageMessage(
        url=ITEM.url,
        html="<!doctype html><title>One &amp; &lt;two&gt;</title><article><h1>One &amp; &lt;two&gt;</h1>"
        "<p>All of it.</p></article>",
        title=ITEM.title,
        description="Summary",
        authors=("Ada Quay",),
        published_at=NOW,
        fetched_at=NOW,
        language="en",
        source="s",
        source_name="S",
    )
    assert isinstance(messages(SOURCE, [item], NOW)[0], UrlMessage)
