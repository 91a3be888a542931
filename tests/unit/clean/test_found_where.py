"""Kind of article, confidence of the language, and where times were found: fields that say how sure the others are."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from services.clean.extract import extract
from services.clean.limits import CleanLimits
from services.contracts.messages import Article, Hints, PageMessage

Html = Callable[..., str]
Make = Callable[..., PageMessage]
_DAY = datetime(2026, 11, 2, tzinfo=UTC)


def article(page: PageMessage) -> Article:
    found = extract(page, CleanLimits(min_words=5))
    assert isinstance(found, Article), found
    return found


def ld(body: str) -> str:
    return f'<script type="application/ld+json">{body}</script>'


@pytest.mark.parametrize(
    ("head", "url", "kind"),
    [
        ("", "https://news.example/2026/bridge", "article"),
        (
            ld('{"@type":"NewsArticle","headline":"B","video":{"@type":"VideoObject"}}'),
            "https://n.example/b",
            "article",
        ),
        (
            ld('{"@type":"BlogPosting","headline":"B","hasPart":{"@type":"LiveBlogPosting"}}'),
            "https://n.example/b",
            "live_blog",
        ),
        (ld('{"@type":"https://schema.org/VideoObject","name":"B"}'), "https://n.example/b", "video"),
        (ld('{"@type":"ImageGallery"}'), "https://n.example/b", "gallery"),
        (ld('{"@type":"PodcastEpisode"}'), "https://n.example/b", "audio"),
        ('<meta property="og:type" content="video.other">', "https://n.example/b", "video"),
        ("", "https://n.example/Videos/bridge", "video"),
        ("", "https://n.example/bildergalerie/bruecke", "gallery"),
        ("", "https://n.example/video-production/bridge", "article"),
    ],
)
def test_kind(page: Make, article_html: Html, head: str, url: str, kind: str) -> None:
    assert article(page(article_html(head), url=url)).kind == kind


def test_a_long_text_under_a_video_address_is_an_article(page: Make, article_html: Html) -> None:
    after = "".join(f"<p>In week {n} the engineers closed one more lane of the long bridge.</p>" for n in range(40))
    assert article(page(article_html(after=after), url="https://n.example/video/bridge")).kind == "article"
    assert article(page(article_html(after=after), url="https://n.example/liveticker/bridge")).kind == "live_blog"


@pytest.mark.parametrize(
    ("head", "before", "where"),
    [
        (ld('{"@type":"NewsArticle","datePublished":"2026-11-01"}'), "", "json-ld datePublished"),
        (ld('{"@type":"NewsArticle","dateCreated":"2026-11-01"}'), "", "json-ld dateCreated"),
        ('<meta property="article:published_time" content="2026-11-01">', "", "meta article:published_time"),
        ("", '<b itemprop=datePublished content="2026-11-01"></b>', "itemprop datePublished"),
        ("", '<article><time datetime="2026-11-01">Sunday</time></article>', "time element"),
        ("", "<h1>Bridge reopens</h1><p>1 November 2026</p>", "text"),
    ],
)
def test_where_publication_was_found(page: Make, article_html: Html, head: str, before: str, where: str) -> None:
    found = article(page(article_html(head, before), title="Bridge reopens"))
    assert found.published_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert found.published_from == where


def test_where_a_change_was_found(page: Make, article_html: Html) -> None:
    head = '<meta property="article:published_time" content="2026-11-01"><meta name=lastmod content="2026-11-02">'
    found = article(page(article_html(head)))
    assert (found.modified_at, found.modified_from) == (_DAY, "meta lastmod")


def test_time_from_address_message_hints_and_nowhere(page: Make, article_html: Html) -> None:
    html = article_html()
    dated = page(html, url="https://news.example/2026/11/02/bridge")
    assert (article(dated).published_at, article(dated).published_from) == (_DAY, "guess")
    assert article(page(html, published_at=_DAY)).published_from == "message"
    hinted = article(page(html, hints=Hints(published_at=_DAY)))
    assert (hinted.published_at, hinted.published_from) == (_DAY, "hints")
    assert article(page(html)).published_from is None


def test_confidence_of_the_language(page: Make, article_html: Html) -> None:
    found = article(page(article_html()))
    assert found.language == "en"
    assert found.language_confidence is not None
    assert 0.5 < found.language_confidence <= 1
