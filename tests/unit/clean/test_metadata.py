"""Title, authors, dates, addresses and the rest, from well-made and from broken metadata."""

from collections.abc import Callable

import pytest

from services.clean.authors import as_people
from services.clean.extract import examine
from services.clean.limits import CleanLimits
from services.clean.metadata import Metadata
from services.contracts.fates import Skip
from services.contracts.messages import PageMessage

Html = Callable[..., str]
Make = Callable[..., PageMessage]


def read(page: PageMessage) -> Metadata:
    found = examine(page, CleanLimits())
    assert not isinstance(found, Skip)
    assert found.about is not None
    return found.about


def ld(body: str) -> str:
    return f'<script type="application/ld+json">{body}</script>'


def card(title: str) -> str:
    return f'<meta property="og:title" content="{title}"><meta name="twitter:title" content="{title}">'


@pytest.mark.parametrize(
    ("head", "before", "expected"),
    [
        ("<title>Bridge reopens | News Example</title>", "<h1>Bridge reopens</h1>", "Bridge reopens"),
        ("<title>Bridge reopens - news.example</title>", "", "Bridge reopens"),
        (
            '<meta property="og:site_name" content="The Echo"><title>The Echo: Bridge reopens</title>',
            "",
            "Bridge reopens",
        ),
        ('<meta property="og:title" content="Bridge reopens &amp;amp; more">', "", "Bridge reopens & more"),
        (ld('{"@type":"NewsArticle","headline":"Bridge reopens at last"}'), "<h1>News</h1>", "Bridge reopens at last"),
        (
            '<meta property="og:site_name" content="Echo"><title>Echo</title>',
            "<h2>Bridge reopens</h2>",
            "Bridge reopens",
        ),
        ("<title>Well-known bridge reopens</title>", "", "Well-known bridge reopens"),
        ("<title>The old bridge reopens | Politics | North</title>", "", "The old bridge reopens"),
        ("<title>Bridges | The old bridge reopens at last</title>", "", "Bridges | The old bridge reopens at last"),
        ("", "<h1>Bridge <em>reopens</em></h1>", "Bridge reopens"),
        # The address, /2026/bridge-reopens, says which of two wordings is the headline.
        ("<title>Ten things to know for lorries</title>", "<h1>Bridge finally reopens</h1>", "Bridge finally reopens"),
        ("<title>Old bridge reopens</title>", "<h1>Ten things to know now</h1>", "Old bridge reopens"),
        # What both cards say is an editor's; one of them, or a cut at a quotation mark, is not.
        (card("Flood: Bridge reopens"), "<h1>Bridge reopens</h1>", "Flood: Bridge reopens"),
        (
            card("Old bridge reopens today"),
            "<h1>Old bridge reopens today after the flood</h1>",
            "Old bridge reopens today",
        ),
        (
            card("Old bridge now reopens"),
            '<h1>Old bridge now reopens "for good"</h1>',
            'Old bridge now reopens "for good"',
        ),
        (
            card("Old stone bridge reopens | Echo"),
            "<h1>Old stone bridge reopens now</h1>",
            "Old stone bridge reopens now",
        ),
        ("<title>Bridge reopens – Example News</title>", "", "Bridge reopens"),
        (
            '<meta property="og:title" content="Old bridge reopens today">',
            "<h1>Old bridge reopens today after the flood</h1>",
            "Old bridge reopens today after the flood",
        ),
        ("<title>News Example | news.example - Bridge reopens</title>", "", "Bridge reopens"),
        # Two sources tell the kicker from the headline, with either of them in the heading.
        (
            ld('{"@type":"Article","headline":"Flood - Old bridge reopens"}')
            + '<meta property="og:title" content="Flood: Old bridge reopens">',
            "<h1>Old bridge reopens</h1>",
            "Flood: Old bridge reopens",
        ),
        (card("Old stone bridge reopens"), "<h1>Flood Old stone bridge reopens</h1>", "Old stone bridge reopens"),
        (card("Bridge reopens"), "<h1>Flood: Bridge reopens</h1>", "Flood: Bridge reopens"),
        # What <title> has besides the declared title is the site.
        (
            '<title>Valley Diary: Bridge reopens</title><meta property="og:title" content="Bridge reopens">',
            "<h1>Valley Diary</h1><h3>Bridge reopens</h3>",
            "Bridge reopens",
        ),
        ("<title>Valley Diary: Bridge reopens</title>", "<h1>Valley Diary</h1>", "Valley Diary"),
    ],
)
def test_title(page: Make, article_html: Html, head: str, before: str, expected: str) -> None:
    assert read(page(article_html(head, before))).title == expected


@pytest.mark.parametrize(
    ("head", "before", "expected"),
    [
        (ld('{"@type":"NewsArticle","author":{"@type":"Person","name":"Ana Ruiz"}}'), "", ("Ana Ruiz",)),
        (ld('{"@type":"NewsArticle","author":[{"name":"Ana Ruiz"},{"name":"Bo Li"}]}'), "", ("Ana Ruiz", "Bo Li")),
        (ld('{"@type":["Article"],"author":"Ana Ruiz and Bo Li"}'), "", ("Ana Ruiz", "Bo Li")),
        (
            ld('{"@graph":[{"@type":"Article","headline":"x","author":{"@id":"#a"}},{"@id":"#a","name":"Ana Ruiz"}]}'),
            "",
            ("Ana Ruiz",),
        ),
        (ld('{"@type":"NewsArticle","author":{"@type":"Organization","name":"The Echo"}}'), "", ("The Echo",)),
        (ld('{"@type":"NewsArticle","author":{"name":"dpa"}}'), "", ("dpa",)),
        (ld('{"@type":"NewsArticle","author":{"name":"admin"}}'), "", ()),
        ("<meta name=author content=105092>", "", ()),
        (
            ld('{"@type":"NewsArticle","publisher":{"name":"The Echo"},"author":{"name":"The Echo"}}'),
            "<h1>B</h1><p>By Ana Ruiz</p>",
            ("Ana Ruiz",),
        ),
        (ld('{"@type":"NewsArticle","author":{"name":"Echo Staff"}}'), "<h1>B</h1><p>By Ana Ruiz</p>", ("Echo Staff",)),
        (
            ld('{"@type":"NewsArticle","author":[{"name":"Ana Ruiz"},{"name":"Garden Team"},{"name":"admin"}]}'),
            "",
            ("Ana Ruiz", "Garden Team"),
        ),
        ("", "<h1>B</h1><p>Von: Ana Ruiz, Bo Li</p>", ("Ana Ruiz", "Bo Li")),
        ("", "<h1>B</h1><p>Written by</p><p>Ana Ruiz - Gardener</p>", ("Ana Ruiz",)),
        ("", "<h1>B</h1><p>By TNN, in News, Gardens</p>", ("TNN",)),
        ("", "<h1>B</h1><p>By the Garden Team</p>", ("the Garden Team",)),
        ("", "<h1>B</h1><p>By noon all was quiet</p>", ()),
        ('<meta property="og:site_name" content="Ana Ruiz">', "<p class=byline>By Ana Ruiz</p>", ("Ana Ruiz",)),
        ('<meta property="og:site_name" content="NBZ 24">', "<h1>B</h1><p>By Ana Ruiz, NBZ Sport</p>", ("Ana Ruiz",)),
        (
            '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Ana Ruiz">',
            "",
            ("Ana Ruiz",),
        ),
        ('<meta name="twitter:label1" content="Reading time"><meta name="twitter:data1" content="Four">', "", ()),
        (
            "",
            '<div>By: <a href="/author/ana/">Ana Ruiz</a> and <a href="/author/bo/">Bo Li</a></div>',
            ("Ana Ruiz", "Bo Li"),
        ),
        ("", '<span>By</span><span><a href="/author/ana">Ana Ruiz</a></span>', ("Ana Ruiz",)),
        ("", '<!-- by --><a href="/author/ana">All of her texts</a>', ()),
        ("", "<h1>B</h1><p>Written by</p><p>Ana Ruiz</p>", ("Ana Ruiz",)),
        ("", "<h1>B</h1><p>Built by hundreds of new gardeners, and by more</p>", ()),
        ("", "<h1>B</h1><p>By Ana Ruiz ● December 3, 2025</p>", ("Ana Ruiz",)),
        ("", "<h1>B</h1><p>By Ana Ruiz, in Politics</p>", ("Ana Ruiz",)),
        (ld('{"@type":"NewsArticle","author":{"name":"Ana Ruiz",},}'), "", ("Ana Ruiz",)),
        (ld("{broken"), "<p class=byline>By Ana Ruiz and Bo Li</p>", ("Ana Ruiz", "Bo Li")),
        ('<meta name="author" content="https://news.example/ana">', "<h1>B</h1><i>By Ana Ruiz</i><br>", ("Ana Ruiz",)),
        ("", "<h1>B</h1><p>Von Ana Ruiz</p>", ("Ana Ruiz",)),
        ("", "<h1>B</h1><p>文・小田切修</p>", ("小田切修",)),
        ("", "<h1>B</h1><p>Ana Ruiz | 12.06.2026 - 08:30</p>", ("Ana Ruiz",)),
        ("", '<span itemprop="author"><span itemprop="name">Ana Ruiz</span></span>', ("Ana Ruiz",)),
        ("", "", ()),
    ],
)
def test_authors(page: Make, article_html: Html, head: str, before: str, expected: tuple[str, ...]) -> None:
    assert read(page(article_html(head, before))).authors == expected


@pytest.mark.parametrize(
    ("names", "people"),
    [
        (["By Ana Ruiz, Staff Writer"], ("Ana Ruiz",)),
        (["Ana Ruiz, Privacy & Digital Security Expert"], ("Ana Ruiz",)),
        (["Ana Ruiz on Jan 5", "Bo Li March 2, 2026", "Cy Ng 12.06."], ("Ana Ruiz", "Bo Li", "Cy Ng")),
        (["Jun 2 Written By Ana Ruiz"], ("Ana Ruiz",)),
        (["Theresa May", "echo.example.de"], ("Theresa May",)),
        (["Ana Ruiz; Bo Li / Cy Ng"], ("Ana Ruiz", "Bo Li", "Cy Ng")),
        (["Ana Ruiz und Bo Li"], ("Ana Ruiz", "Bo Li")),
        (["ANA RUIZ", "Ana Ruiz"], ("ANA RUIZ",)),
        (["Reuters", "admin", "The Echo", "12", "https://x.example/ana", "a@b.example"], ()),
        (["Martin Luther King, Jr."], ("Martin Luther King, Jr",)),
    ],
)
def test_people(names: list[str], people: tuple[str, ...]) -> None:
    assert as_people(names, "The Echo") == people


@pytest.mark.parametrize(
    ("head", "before", "expected"),
    [
        (ld('{"@type":"NewsArticle","datePublished":"2026-11-12T08:00:00+01:00"}'), "", "2026-11-12T07:00:00+00:00"),
        ('<meta property="article:published_time" content="2026-11-12">', "", "2026-11-12T00:00:00+00:00"),
        ('<meta name="date" content="99999-01-01">', "<h1>Bridge</h1><p>3. März 2026</p>", "2026-03-03T00:00:00+00:00"),
        ("", '<time datetime="2026-11-12T07:00Z">today</time>', "2026-11-12T07:00:00+00:00"),
        ('<meta name="date" content="November 12, 2026">', "", "2026-11-12T00:00:00+00:00"),
        ("", "<h1>B</h1><p><span>Nov 12, 2026</span><span>5 mins</span></p>", "2026-11-12T00:00:00+00:00"),
        (
            "",
            "<h1>B</h1>" + "<p>Lorries detour.</p>" * 12 + "<p class=post-date>Nov 12, 2026</p>",
            "2026-11-12T00:00:00+00:00",
        ),
        ("", '<b itemprop=datePublished content="2026-11-12"></b>' * 2, "2026-11-12T00:00:00+00:00"),
        ("", "<h1>B</h1><p>Updated: 5 May 2026</p><p>Published: 3 May 2026</p>", "2026-05-03T00:00:00+00:00"),
        ("", "<h1>B</h1><p>Updated: 5 May 2026</p>", "2026-05-05T00:00:00+00:00"),
        # Of two declared times, that of the day which readers see.
        (
            ld('{"@type":"Article","headline":"B","datePublished":"2026-05-04T00:30:00Z"}')
            + '<meta property="article:published_time" content="2026-05-03T20:30:00Z">',
            "<h1>B</h1><p>3 May 2026</p>",
            "2026-05-03T20:30:00+00:00",
        ),
        # A day marked as the publication's, long before what the system says.
        (
            '<meta property="article:published_time" content="2026-05-24T20:30:00Z">',
            "<h1>B</h1><p itemprop=datePublished>On 8 May 2026</p>",
            "2026-05-08T00:00:00+00:00",
        ),
    ],
)
def test_published(page: Make, article_html: Html, head: str, before: str, expected: str) -> None:
    published = read(page(article_html(head, before))).published_at
    assert published is not None
    assert published.isoformat() == expected


def test_the_days_of_several_teasers_are_not_the_articles(page: Make, article_html: Html) -> None:
    teasers = "".join(f'<b itemprop=datePublished content="2026-11-{day}"></b>' for day in (12, 13))
    published = read(page(article_html(before=f"<h1>B</h1><p>3 March 2026</p>{teasers}"))).published_at
    assert published is not None
    assert published.date().isoformat() == "2026-03-03"


@pytest.mark.parametrize(
    ("modified", "shown", "expected"),
    [
        ("2026-11-12", "12 November 2026", "2026-11-12"),
        ("2026-11-12", "Updated on 12 November 2026", "2024-01-02"),
        ("2026-11-12", "Zuletzt aktualisiert: 12. November 2026", "2024-01-02"),
        # A day apart by the time zone: the page's own day counts.
        ("2026-11-12", "11 November 2026", "2026-11-11"),
        ("2026-11-12", "9 November 2026", "2024-01-02"),
        ("2026-11-12", "", "2024-01-02"),
        ("2024-01-05", "5 January 2024", "2024-01-02"),
    ],
)
def test_a_text_published_again(page: Make, article_html: Html, modified: str, shown: str, expected: str) -> None:
    head = ld(f'{{"@type":"Article","headline":"B","datePublished":"2024-01-02","dateModified":"{modified}"}}')
    published = read(page(article_html(head, f"<h1>B</h1><p>{shown}</p>"))).published_at
    assert published is not None
    assert published.date().isoformat() == expected


@pytest.mark.parametrize(
    ("url", "language", "expected"),
    [
        ("https://news.example/bridge", "en-US", "2026-03-04"),
        ("https://news.example/bridge", "en", "2026-03-04"),
        ("https://news.example/bridge", "en_GB", "2026-04-03"),
        ("https://news.example.uk/bridge", "en", "2026-04-03"),
        ("https://news.example/bridge", "es", "2026-04-03"),
        ("https://news.example/bridge", "", "2026-04-03"),
    ],
)
def test_order_of_day_and_month(page: Make, article_html: Html, url: str, language: str, expected: str) -> None:
    html = article_html(f'<meta property="og:locale" content="{language}">', "<h1>B</h1><p>3/4/2026</p>")
    published = read(page(html, url=url)).published_at
    assert published is not None
    assert published.date().isoformat() == expected


def test_date_from_the_address(page: Make, article_html: Html) -> None:
    published = read(page(article_html(), url="https://news.example/2026/10/21/bridge")).published_at
    assert published is not None
    assert published.date().isoformat() == "2026-10-21"


def test_the_day_of_another_event_in_the_text_is_no_date(page: Make, article_html: Html) -> None:
    after = "".join(
        f"<p>{line}</p>" for line in ("The flood came in the night.", "That was on May 3rd, 2024, they say.")
    )
    found = read(page(article_html(before="<h1>Bridge reopens</h1>" + "<p>Lorries detour.</p>" * 12, after=after)))
    assert found.published_at is None


def test_a_change_before_the_publication_is_none(page: Make, article_html: Html) -> None:
    head = ld('{"@type":"NewsArticle","datePublished":"2026-11-12","dateModified":"2026-11-10"}')
    assert read(page(article_html(head))).modified_at is None
    assert read(page(article_html(head.replace("11-10", "11-14")))).modified_at is not None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("/2026/bridge", "https://www.news.example/2026/bridge"),
        ("https://news.example/b?utm_source=x", "https://news.example/b"),
        ("https://amp.news.example/b", "https://amp.news.example/b"),
        ("https://other.example/b", None),
        ("https://www.news.example/", None),
        ("javascript:alert(1)", None),
        ("https://[broken", None),
    ],
)
def test_canonical(page: Make, article_html: Html, said: str, expected: str | None) -> None:
    assert read(page(article_html(f'<link rel="canonical" href="{said}">'))).canonical_url == expected


def test_strangers_under_one_public_suffix_are_not_one_site(page: Make, article_html: Html) -> None:
    html = article_html('<link rel="canonical" href="https://b.co.uk/x">')
    assert read(page(html, url="https://a.co.uk/x")).canonical_url is None


def test_the_rest(page: Make, article_html: Html) -> None:
    head = ld(
        '{"@type":"NewsArticle","headline":"Bridge","isAccessibleForFree":"False","articleSection":["Local"],'
        '"keywords":"bridge, river","image":[{"url":"/i.jpg"}],"publisher":{"name":"The Echo"},"description":"d"}'
    )
    about = read(page(article_html(head)))
    assert (about.section, about.tags, about.site_name) == ("Local", ("bridge", "river"), "The Echo")
    assert (about.image_url, about.paywalled, about.description) == ("https://www.news.example/i.jpg", True, "d")


def test_odd_shapes_of_json_ld_are_passed_over(page: Make, article_html: Html) -> None:
    head = ld('[[{"@type":{"a":1},"author":7,"image":[[]],"publisher":[]}],"x",null,3]') + ld("[" * 100_000)
    about = read(page(article_html(head)))
    assert about.authors == ()
