"""Pages that are articles, pages that are none, and why."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from services.clean.body import Body
from services.clean.extract import extract
from services.clean.learned import extraction
from services.clean.limits import CleanLimits
from services.clean.opinions import _with_the_rest
from services.clean.record import record
from services.contracts.fates import BadInput, DeadReason, Skip, SkipReason
from services.contracts.messages import Article, Hints, PageMessage, Step
from services.contracts.revision import REVISION
from services.contracts.urls import article_id

Html = Callable[..., str]
Make = Callable[..., PageMessage]
LIMITS = CleanLimits()


def b64(body: bytes) -> str:
    return base64.b64encode(body).decode()


def test_an_article(page: Make, article_html: Html, paragraphs: tuple[str, ...]) -> None:
    step = Step(stage="fetch", at="2026-12-01T00:00:00Z")
    given = page(article_html(), trail=(step,), source="echo", source_name="The Echo")
    found = extract(given, LIMITS)
    assert isinstance(found, Article)
    assert found.body == "\n\n".join(paragraphs)
    assert (found.id, found.url) == (article_id(given.url), given.url)
    assert (found.trail, found.fetched_at, found.language) == ((step,), given.fetched_at, "en")
    assert (found.source.id, found.source.name, found.source.domain) == ("echo", "The Echo", "news.example")
    assert found.word_count == sum(len(p.split()) for p in paragraphs)


def test_the_source_is_the_domain_when_nothing_names_it(page: Make, article_html: Html) -> None:
    found = extract(page(article_html()), LIMITS)
    assert isinstance(found, Article)
    assert (found.source.id, found.source.name) == ("news.example", "news.example")


def test_hints_fill_what_the_page_does_not_say(page: Make, article_html: Html) -> None:
    hints = Hints(title="Bridge reopens", published_at="2026-11-01T00:00:00Z", authors=("Ana Ruiz",), summary="s")
    found = extract(page(article_html(before=""), url="https://news.example/bridge", hints=hints), LIMITS)
    assert isinstance(found, Article)
    assert (found.title, found.authors, found.description) == ("Bridge reopens", ("Ana Ruiz",), "s")
    assert found.published_at == hints.published_at


def test_the_hash_is_of_the_text_and_not_of_the_layout(page: Make, article_html: Html) -> None:
    one, other = (extract(page(article_html(after=x)), LIMITS) for x in ("", "<nav><a href=/>Home</a></nav>"))
    assert isinstance(one, Article)
    assert isinstance(other, Article)
    assert one.content_hash == other.content_hash
    changed = extract(page(article_html(before="<h1>Bridge closes</h1>")), LIMITS)
    assert isinstance(changed, Article)
    assert changed.content_hash != one.content_hash
    assert one.revision == REVISION


@pytest.mark.parametrize(
    ("fields", "reason", "words"),
    [
        ({"html": ""}, SkipReason.EMPTY, "no content"),
        ({"html": " \n\x00"}, SkipReason.EMPTY, "no content"),
        ({"html": "<html><body></body></html>"}, SkipReason.EMPTY, "no text"),
        ({"html": "<!-- -->"}, SkipReason.EMPTY, "no element"),
        ({"html": "x" * 3000}, SkipReason.TOO_LARGE, "2,000"),
        ({"html": "é" * 1500}, SkipReason.TOO_LARGE, "3,000"),
        ({"body_base64": b64(b"x" * 3000)}, SkipReason.TOO_LARGE, "2,000"),
        ({"body_base64": b64(b"x" * 2001)}, SkipReason.TOO_LARGE, "2,001"),
        ({"body_base64": b64(b"%PDF-1.7")}, SkipReason.NOT_TEXT, "PDF"),
        ({"body_base64": b64(b"<p>x"), "content_type": "image/png"}, SkipReason.NOT_TEXT, "image/png"),
        ({"html": "<h1>Hi</h1><p>Only a few words here.</p>"}, SkipReason.TOO_SHORT, "5 words"),
        ({"text": "Title\nOnly a few words here."}, SkipReason.TOO_SHORT, "5 words"),
        ({"html": "<title>404 Not Found</title><p>Nothing to see.</p>"}, SkipReason.NOT_AN_ARTICLE, "error page"),
        ({"html": "<h1>Página no encontrada</h1><p>Vaya.</p>"}, SkipReason.NOT_AN_ARTICLE, "error page"),
    ],
)
def test_skips_say_why(page: Make, fields: dict[str, str], reason: SkipReason, words: str) -> None:
    found = extract(page(**fields), CleanLimits(max_page_bytes=2000))
    assert isinstance(found, Skip)
    assert found.reason == reason
    assert words in found.detail


def test_a_home_page_is_no_article(page: Make, article_html: Html) -> None:
    found = extract(page(article_html(), url="https://news.example/"), LIMITS)
    assert isinstance(found, Skip)
    assert found.detail.startswith("a home page")


def test_a_page_of_headlines_is_no_article(page: Make) -> None:
    teasers = "".join(f"<div><h3><a href=/{n}>Headline number {n} of the day</a></h3></div>" for n in range(12))
    found = extract(page(f"<h1>Local</h1><p>All our news from the county.</p>{teasers}"), LIMITS)
    assert isinstance(found, Skip)
    assert "12 headlines" in found.detail


def test_languages_that_are_not_wanted(page: Make, article_html: Html) -> None:
    found = extract(page(article_html()), CleanLimits(languages=frozenset({"de", "fr"})))
    assert isinstance(found, Skip)
    assert found.reason == SkipReason.LANGUAGE_NOT_WANTED
    assert found.detail == "the text is in 'en'; wanted are de, fr"
    assert isinstance(extract(page(article_html()), CleanLimits(languages=frozenset({"en"}))), Article)


@pytest.mark.parametrize("url", ["", "news.example/x", "ftp://news.example/x", "https://", "https://news.example/ x"])
def test_a_url_that_is_none_is_bad_input(page: Make, url: str) -> None:
    with pytest.raises(BadInput) as caught:
        extract(page("<p>x").model_copy(update={"url": url}), LIMITS)
    assert caught.value.reason == DeadReason.INVALID_URL


@pytest.mark.parametrize("final", ["https://news.example/moved", "nowhere", None])
def test_the_url_that_was_asked_for_names_the_article(page: Make, article_html: Html, final: str | None) -> None:
    given = page(article_html(), final_url=final)
    found = extract(given, LIMITS)
    assert isinstance(found, Article)
    assert (found.id, found.url) == (article_id(given.url), given.url)
    with pytest.raises(BadInput):
        extract(given.model_copy(update={"url": "nowhere"}), LIMITS)


def test_broken_base64_is_bad_input(page: Make) -> None:
    with pytest.raises(BadInput) as caught:
        extract(page(body_base64="abcde"), LIMITS)
    assert caught.value.reason == DeadReason.BROKEN_MESSAGE


def test_html_without_a_tag_is_read_as_text(page: Make, paragraphs: tuple[str, ...]) -> None:
    found = extract(page("Bridge reopens\n\n" + "\n\n".join(paragraphs)), LIMITS)
    assert isinstance(found, Article)
    assert (found.title, found.body) == ("Bridge reopens", "\n\n".join(paragraphs))


LD_JSON = '<h1>A</h1><script type="application/ld+json">{{"@type": "Article", "author": {}}}</script>'


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 10_000 + "<p>deep</p>",
        "<p>" * 50_000,
        f'<p class="{"x " * 300_000}" title="{"y" * 500_000}">t</p>',
        "<table>" * 3000 + "<tr><td>x",
        "\x00" * 5000 + "<p>x",
        "<![CDATA[" * 5000,
        "<a href=" + "x" * 200_000,
        "<script type=application/ld+json>" + '{"a":' * 20_000,
        "&#x110000;&#0;&nope;" * 2000,
        "<p>" + "a" * 1_000_000 + "</p>",
        "<p>" + "1 " * 200_000 + "</p>",
        "\ud800<p>x</p>",
        "<div class=author><p itemprop=name><div class=date>3 March 2026" * 700,
        "<div rel=author>" * 2000 + "By Ann Lee " * 100_000,
        "<figure><button>" * 1000 + "<p>x</p>" * 50_000,
        "<h1>A<article><h2><a href=/y>b" * 1500 + "<i></i>" * 50_000,
        LD_JSON.format('"' + "(" * 500_000 + '"'),
        LD_JSON.format("[" + '{"@id": "#a"},' * 200_000 + "1]"),
    ],
)
@pytest.mark.timeout(60)
def test_hostile_pages_end_well(page: Make, hostile: str) -> None:
    given = page("<p>x").model_copy(update={"html": hostile})
    assert isinstance(extract(given, LIMITS), Article | Skip)


def recorded(given: PageMessage, *, explain: bool = False) -> dict[str, Any]:
    return record(given, extraction(given, LIMITS, {}), explain)


def test_a_record_of_a_short_page_has_its_text(page: Make) -> None:
    made = recorded(page("<h1>Hi</h1><p>Only a few words here.</p>"), explain=True)
    assert (made["skipped"], made["body"], made["title"]) == ("too_short", "Only a few words here.", "Hi")
    assert {b["text"]: b["kept"] for b in made["blocks"]} == {"Hi": False, "Only a few words here.": True}


def test_explain_says_of_every_block_of_the_page_why(page: Make, paragraphs: tuple[str, ...]) -> None:
    text = "".join(f"<p>{p}</p>" for p in paragraphs)
    html = (
        "<header><p>The Tarn Gazette, your paper</p></header><nav><a href=/a>News</a></nav><div class=wide><article>"
        f"<h1>Bridge reopens</h1><p>By Ann Lee</p>{text}<p>Also read: Ten bridges</p></article></div>"
        "<div class=low><p>The Tarn Gazette is printed on paper from the valley and read by all in it.</p></div>"
    )
    made = recorded(page(f"<html><body>{html}</body></html>"), explain=True)
    reasons = {block["text"]: block["reason"] for block in made["blocks"]}
    assert reasons == {
        "The Tarn Gazette, your paper": "outside of the article's element",
        "News": "navigation",
        "Bridge reopens": "before the text",
        "By Ann Lee": "before the text",
        **dict.fromkeys(paragraphs),
        "Also read: Ten bridges": "leads to another article",
        "The Tarn Gazette is printed on paper from the valley and read by all in it.": (
            "outside of the article's element"
        ),
    }
    assert all(block["kept"] is (block["reason"] is None) for block in made["blocks"])
    assert "\n\n".join(block["text"] for block in made["blocks"] if block["kept"]) == made["body"]


def test_explain_has_the_rest_of_the_page_where_the_other_extractor_was_believed() -> None:
    chosen = Body(("a", "b"), (None, "a label"), "trafilatura")
    own = Body(("x", "a", "y"), ("a menu", None, None), "blocks")
    both = _with_the_rest(chosen, own)
    assert both.kept == chosen.kept
    assert dict(zip(both.lines, both.reasons, strict=True)) == {
        "a": None,
        "b": "a label",
        "x": "a menu",
        "y": "not in the text of trafilatura",
    }


def test_a_record_without_text_says_why(page: Make) -> None:
    assert recorded(page(""))["skipped"] == "empty"


def test_a_record_of_an_article_is_the_article(page: Make, article_html: Html) -> None:
    found = extract(page(article_html()), LIMITS)
    assert isinstance(found, Article)
    made = recorded(page(article_html()))
    assert {k: made[k] for k in ("title", "body", "content_hash")} == {
        "title": found.title,
        "body": found.body,
        "content_hash": found.content_hash,
    }
