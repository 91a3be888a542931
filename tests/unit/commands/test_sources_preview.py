"""What a preview says of a list, without a net."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.commands.sources_preview import NEWEST, Preview, kind_of, show_preview
from services.fetch.discover import Found
from services.fetch.listing import Feed, Item


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b'<?xml version="1.0"?><rss xmlns:a="b" version="0.92">', "RSS 0.92"),
        (b"<rdf:RDF xmlns='http://purl.org/rss/1.0/'>", "RSS 1.0 (RDF)"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', "Atom"),
        (b"<atom:feed>", "Atom"),
        (b' {"version": "https://jsonfeed.org/version/1.1"}', "JSON Feed"),
        (b"<sitemapindex>", "index of sitemaps"),
        (b'<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">', "sitemap of news"),
        (b"<urlset>", "sitemap"),
        (b"<rss>", "feed"),
    ],
)
def test_kinds(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind


@given(st.binary(max_size=200))
def test_nothing_breaks_the_description(head: bytes) -> None:
    assert kind_of(head)


def test_the_newest_come_first_and_nothing_of_a_site_commands_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    items = [Item(f"https://news.example/{n}", f"N{n}", datetime(2026, 11, n, tzinfo=UTC)) for n in range(1, 15)]
    undated = Item("https://news.example/x", "X")
    one = Preview(Found("https://news.example/feed", Feed("\x1b[31mred[bold]", ())), (undated, *items), "Atom", 1.0)
    assert [item.title for item in one.newest] == [f"N{n}" for n in range(14, 14 - NEWEST, -1)]
    assert one.as_json()["count"] == 15
    show_preview(one)
    shown = capsys.readouterr().out
    assert "\N{REPLACEMENT CHARACTER}[31mred[bold]  https://news.example/feed" in shown
    assert "15 items, 14 of them dated" in shown
