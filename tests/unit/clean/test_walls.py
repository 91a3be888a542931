"""Pages that stand where an article should be, in many languages; and headlines that only sound like them."""

from pathlib import Path

import pytest
import yaml

from services.clean.extract import CleanLimits, extract
from services.clean.walls import wall
from services.contracts.fates import Skip, SkipReason
from services.contracts.messages import Article, PageMessage

_DATA: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("walls.yaml").read_text("utf-8"))
SHORT, LONG = _DATA.pop("headlines, even of short pieces"), _DATA.pop("headlines of pieces of some length")


@pytest.mark.parametrize(("about", "heading"), [(about, h) for about, many in _DATA.items() for h in many])
def test_walls_are_told_by_their_headings(about: str, heading: str) -> None:
    assert wall(["", heading], 100, declared=False) == f"{about}: “{heading}”"


@pytest.mark.parametrize("heading", SHORT)
def test_headlines_are_none_even_of_short_pieces(heading: str) -> None:
    assert wall([heading], 60, declared=False) is None


@pytest.mark.parametrize("heading", SHORT + LONG)
def test_headlines_of_pieces_of_some_length_are_none(heading: str) -> None:
    assert wall([heading], 200, declared=False) is None


def test_a_page_that_says_it_is_an_article_is_believed_unless_it_is_very_short() -> None:
    assert wall(["We value your privacy"], 400, declared=False)
    assert wall(["We value your privacy"], 400, declared=True) is None
    assert wall(["Page not found"], 50, declared=True)


_TEXT = "The ferry to the islands leaves at nine, and whoever misses it may take the one at noon. "
_PAGES = {
    "soft 404 with recommendations": ("Page not found | The Daily", f"<p>{_TEXT * 12}</p>", "error page"),
    "error page": ("500 Internal Server Error", f"<p>{_TEXT * 4}</p>", "error page"),
    "login wall": ("Sign in to continue", f"<form><input type=password></form><p>{_TEXT * 5}</p>", "asks to log in"),
    "consent wall": (
        "Bevor Sie fortfahren",
        "<p>Wir und unsere Partner verwenden Cookies und Daten, um Anzeigen zu messen.</p>" * 25,
        "asks for consent",
    ),
}


@pytest.mark.parametrize("name", _PAGES)
def test_pages_are_skipped_with_what_they_are(name: str) -> None:
    title, text, about = _PAGES[name]
    html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{text}</body></html>"
    found = extract(PageMessage(url="https://news.example/a", html=html), CleanLimits())
    assert isinstance(found, Skip)
    assert found.reason is SkipReason.NOT_AN_ARTICLE
    assert about in found.detail


def test_a_real_article_about_errors_stays() -> None:
    title = "404 migrants rescued off Lampedusa"
    html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{_TEXT * 5}</p></body></html>"
    assert isinstance(extract(PageMessage(url="https://news.example/a", html=html), CleanLimits()), Article)
