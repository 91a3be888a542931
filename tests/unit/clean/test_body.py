"""What of a page is its article: boxes, links, the lines at its beginning and at its end."""

import json
from collections.abc import Callable

import pytest

from services.clean.body import Body
from services.clean.extract import Finding, examine
from services.clean.limits import CleanLimits
from services.contracts.fates import Skip
from services.contracts.messages import PageMessage

Html = Callable[..., str]
Make = Callable[..., PageMessage]
BOX = "The box of the bridge says in a sentence of some length what readers may know of its stones."
ELSEWHERE = "https://shop.invalid/lorry"


def body(page: PageMessage) -> list[str]:
    found = examine(page, CleanLimits())
    assert not isinstance(found, Skip)
    return found.body.split("\n\n")


def inside(html: str, more: str) -> str:
    """`more` behind the paragraphs, in their own element."""
    return html.replace("</div></main>", f"{more}</div></main>")


@pytest.mark.parametrize(
    ("after", "extra"),
    [
        (f"<div class=infobox><p>{BOX}</p></div>", []),
        (f"<div class='art-info-box'><p>{BOX}</p></div>", []),
        (f"<div class='js-expandable-box'><p>{BOX}</p></div>", []),
        (f"<div class='cta cta--wide'><p>{BOX}</p></div>", []),
        (f"<div class=appHint><p>{BOX}</p></div>", []),
        (f"<ul class=similarLinks><li><p>{BOX} <a href=/x>x</a></p></li></ul>", []),
        (f"<div class='hidden'><p>{BOX}</p></div>", []),
        (f"<div class='hidden md:block'><p>{BOX}</p></div>", [BOX]),
        (f"<div class=similar><p>{BOX}</p></div>", [BOX]),
        (f"<div class=boxed><p>{BOX}</p></div>", [BOX]),
        (f"<div class=cmp-text><p>{BOX}</p></div>", [BOX]),
        (f"<div class=meldungsfooter><p>{BOX}</p></div>", []),
        (f"<div class=next-prev><p>{BOX}</p></div>", []),
        (f"<div class='article__picture'><img src=a><p>{BOX}</p></div>", []),
        (f"<div class='article__picture'><p>{BOX}</p></div>", [BOX]),
        (f"<div class='has-image'><img src=a><p>{BOX}</p></div>", [BOX]),
        (f"<div class='image-item'><img src=a><h3>A pier</h3><p>{BOX}</p></div>", ["A pier", BOX]),
        ("<div class=x><img src=a><div class=y>The new arches at dawn</div></div>", []),
        ("<div class=x><picture><img src=a></picture><p>Ana Ruiz, head of the county's bridges</p></div>", []),
        ("<span><img src=a alt='The new arches at dawn'></span><div>The new arches at dawn</div>", []),
        (f"<div class=x><img src=a><p>{BOX}</p></div>", [BOX]),
        (f"<div class=x><img src=a><h3>The new arches at dawn</h3></div><p>{BOX}</p>", ["The new arches at dawn", BOX]),
        (
            f"<ul><li><img src=a><div>The new arches at dawn</div></li></ul><p>{BOX}</p>",
            ["The new arches at dawn", BOX],
        ),
        ("<p class=header--image-meta>Ana Ruiz/ECHO</p>", []),
        ("<div class=z>Tag: <a href=/tag/bridges>Bridges</a></div><p>Guide: <a href=/b>Bridges</a> (new)</p>", []),
        (f"<p>Guide: <a href={ELSEWHERE}>Lorries of today</a></p>", ["Guide: Lorries of today"]),
        (f"<p><a href=/p>Bridge of the year is chosen by lorry drivers</a> [NEW]</p><p>{BOX}</p>", [BOX]),
        (f"<div class=join><h3>Sign up for letters</h3><li>News of bridges</li></div><p>{BOX}</p>", [BOX]),
    ],
)
def test_boxes(page: Make, article_html: Html, paragraphs: tuple[str, ...], after: str, extra: list[str]) -> None:
    assert body(page(inside(article_html(), after))) == [*paragraphs, *extra]


def test_a_box_that_holds_the_article_is_none(page: Make, article_html: Html, paragraphs: tuple[str, ...]) -> None:
    html = article_html().replace("<div>", "<div class=cta>")
    assert body(page(html.replace("</main>", f"<p>{BOX}</p><p>{BOX} Again.</p></main>")))[:3] == list(paragraphs)


@pytest.mark.parametrize(("name", "kept"), [("teaser", True), ("factbox", True), ("comments", False)])
def test_a_name_is_not_believed_where_it_holds_many_paragraphs(
    page: Make, article_html: Html, paragraphs: tuple[str, ...], name: str, kept: bool
) -> None:
    """Six in one element are a text, and more than this text has; but readers write more than that."""
    more = [f"{BOX} Number {n}." for n in range(6)]
    after = f"<div class={name}>" + "".join(f"<p>{line} <a href=/x>x</a></p>" for line in more) + "</div>"
    expected = [*paragraphs, *(f"{line} x" for line in more)] if kept else list(paragraphs)
    assert body(page(inside(article_html(), after))) == expected


@pytest.mark.parametrize(
    ("after", "extra"),
    [
        (f"<h3><a href={ELSEWHERE}>A fine lorry</a></h3><p>{BOX}</p>", ["A fine lorry", BOX]),
        (f"<div><h3><a href=/lorry>A fine lorry</a></h3><p>{BOX}</p></div>", []),
        (f"<div><h3><a href='#lorry'>A fine lorry</a></h3><p>{BOX}</p></div>", ["A fine lorry", BOX]),
        (f"<div><h3>Of lorries</h3><h3><a href=/lorry>A fine lorry</a></h3><p>{BOX}</p></div>", ["Of lorries", BOX]),
        (f"<a href={ELSEWHERE}><img src=a><div>{BOX}</div></a>", []),
        (f"<p><a href='#end'>{BOX}</a></p><p>{BOX} Again.</p>", [f"{BOX} Again."]),
        (
            f"<p>Funda | <a href=/a>A lorry fell into the river</a></p><p>{BOX}</p>"
            "<p>Funda | <a href=/b>Two lorries on one old bridge</a></p>",
            [BOX],
        ),
        (f"<p>Funda | <a href=/a>A lorry fell into the river</a></p><p>{BOX}</p>", None),
        (f"<p>{BOX}</p><p><a href={ELSEWHERE}>See the lorry in the shop</a></p><p>{BOX} Again.</p>", None),
        (f"<p>{BOX}</p><p><a href=/lorry>See the lorry in the shop</a></p><p>{BOX} Again.</p>", [BOX, f"{BOX} Again."]),
        (
            f"<p>{BOX}</p>" + f"<p><a href={ELSEWHERE}>See the lorry in the shop</a></p>" * 2 + f"<p>{BOX} Again.</p>",
            [BOX, f"{BOX} Again."],
        ),
    ],
)
def test_links(
    page: Make, article_html: Html, paragraphs: tuple[str, ...], after: str, extra: list[str] | None
) -> None:
    lorry = "See the lorry in the shop"
    other = [BOX, lorry, f"{BOX} Again."] if lorry in after else ["Funda | A lorry fell into the river", BOX]
    wanted = other if extra is None else extra
    assert body(page(inside(article_html(), after))) == [*paragraphs, *wanted]


LEAD = "Two years of repairs and three million later"
LONG = "The old stone bridge over the river reopens after two years of repairs that cost three million"


@pytest.mark.parametrize(
    ("head", "before", "first"),
    [
        (f'<meta name=description content="{LEAD}">', f"<h1>Bridge reopens</h1><p>{LEAD}</p>", LEAD),
        ("", f"<h1>Bridge reopens</h1><p>{LEAD}</p>", None),
        ("<title>Bridge closes | Echo</title>", f"<h1>{LONG}</h1><p>Monday news</p>", None),
        ("", f"<h1>Bridge reopens</h1><p class=article-deck>{LEAD}</p>", LEAD),
        ("", "<h1>Bridge reopens</h1><p class=article-deck>Valley news</p>", None),
        ("", "<h1>Bridge reopens</h1><p>Updated at 20:56.</p>", None),
        # A standfirst is known by the description, whatever its element is called, and without its headline.
        (
            f'<meta name=description content="{BOX}">',
            f"<h1>Bridge reopens</h1><div class=teaser><a href=/x>x</a><p>{BOX}</p></div>",
            BOX,
        ),
        (
            f'<meta name=description content="{BOX}"><meta property="og:title" content="Bridge reopens">',
            f"<header><h2>Kicker Bridge is open again</h2><p>{BOX}</p></header>",
            BOX,
        ),
    ],
)
def test_the_opening(
    page: Make, article_html: Html, paragraphs: tuple[str, ...], head: str, before: str, first: str | None
) -> None:
    assert body(page(article_html(head, before))) == [*([first] if first else []), *paragraphs]


@pytest.mark.parametrize(
    "last",
    [
        "Reporting by Ana Ruiz in Tarn, writing by Bo Li in Paris, additional reporting by Cy Ng; editing by Di Wu.",
        "Mit Material von Ana Ruiz und der Agentur.",
        "Follow Echo Bridges on Facebook, Instagram and YouTube for more of such reports from the whole valley.",
        "Suivez la rubrique des ponts de l'Écho sur Facebook et Instagram, chaque jour de la semaine.",
        "Подписывайтесь на страницу наших мостов в Telegram и Viber, там новости выходят каждый день.",
        "Create an account or sign in to continue with your reading experience.",
        "There is more where that came from. Sign up for our free newsletter, every Friday in your inbox.",
        "Es gibt mehr davon. Abonnieren Sie unseren Newsletter.",
        "続きはまた明日お伝えします。購読はニュースレターからどうぞ。",
        "Ana Ruiz's book about bridges is out now. Follow her on Twitter @anaruiz.",
        "Follow all that the agency has on bridges at https://agency.invalid/bridges",
        "—Agency writer Bo Li in Paris contributed to this report.",
        "이하나 기자 hana@echo.example",
        "저작권자 ⓒ 에코, 무단전재 및 재배포금지",
        "[사진=에코 통신]",
        "[button link=”https://echo.invalid/” type=”big”] Send us your bridges[/button]",
        "The new arches at dawn. | Photo by Ana Ruiz",
        "Illustration: Ana Ruiz",
        "Story continues below gallery",
        "Table of contents",
        "Inhaltsverzeichnis",
        "目次",
        "An dieser Stelle finden Sie einen von unserer Redaktion ausgewählten Inhalt eines Anbieters, der den Artikel "
        "ergänzt; er wird erst geladen, wenn Sie zustimmen, und dabei können Ihre Daten an den Anbieter gehen, der sie "
        "nach seinen eigenen Regeln nutzt und vielleicht auch in anderen Ländern aufbewahrt.",
    ],
)
def test_last_lines(page: Make, article_html: Html, paragraphs: tuple[str, ...], last: str) -> None:
    assert body(page(inside(article_html(), f"<p>{last}</p>"))) == list(paragraphs)


@pytest.mark.parametrize(
    "heading", ["More from The Echo", "Mehr aus dem Echo", "Más noticias de Tarn", "Mer från Echo"]
)
def test_headings_of_footers_that_name_the_site(
    page: Make, article_html: Html, paragraphs: tuple[str, ...], heading: str
) -> None:
    assert body(page(inside(article_html(), f"<h2>{heading}</h2><p>Lorries take a detour</p>"))) == list(paragraphs)


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["Ana Ruiz is a reporter of the Echo."], []),
        (["Ana Ruiz: What do you say?", "Nothing.", BOX, "Ana Ruiz: Thank you."], [0, 1, 2, 3]),
        (["Ruiz is a reporter of the Echo."], [0]),
    ],
)
def test_who_the_author_is(
    page: Make, article_html: Html, paragraphs: tuple[str, ...], lines: list[str], kept: list[int]
) -> None:
    html = inside(article_html("<meta name=author content='Ana Ruiz'>"), "".join(f"<p>{line}</p>" for line in lines))
    assert body(page(html)) == [*paragraphs, *(lines[at] for at in kept)]


@pytest.mark.parametrize(
    "line",
    [
        "Follow the river on foot and the bridge comes into sight after a mile, with its four new arches.",
        "Facebook pages of the valley showed the first lorries on the bridge within the hour, with many likes.",
        "The county has a newsletter for those who want to hear of bridges, and a page for those who do not.",
        "Sign-ups for the walk are open. The newsletter of the county has the hours, and the bridge is open to all.",
        "More from the report is expected at noon, when the county will say what the piers are to cost.",
    ],
)
def test_sentences_that_begin_alike_stay(
    page: Make, article_html: Html, paragraphs: tuple[str, ...], line: str
) -> None:
    assert body(page(inside(article_html(), f"<p>{line}</p>"))) == [*paragraphs, line]


@pytest.mark.parametrize(("times", "kept"), [(2, 1), (3, 3)])
def test_what_is_said_twice_is_kept_once(
    page: Make, article_html: Html, paragraphs: tuple[str, ...], times: int, kept: int
) -> None:
    """More often, it is a refrain or a table's."""
    assert body(page(inside(article_html(), f"<p>{BOX}</p>" * times))) == [*paragraphs, *([BOX] * kept)]


def test_a_box_of_links_in_the_middle_ends_nothing(page: Make, article_html: Html, paragraphs: tuple[str, ...]) -> None:
    """One paragraph behind it is the article's, unless the heading stands in the last third of the page."""
    links = "<h3>Related articles</h3><p>A lorry in the river</p><p>A flood in the night</p>"
    html = article_html().replace(f"<p>{paragraphs[2]}</p>", f"{links}<p>{paragraphs[2]}</p><p>Lorries may pass</p>")
    assert body(page(html))[:3] == list(paragraphs)


@pytest.mark.parametrize(("links", "kept"), [(3, 0), (8, 8)])
def test_lines_that_are_links_stay_where_they_are_the_article(
    page: Make, article_html: Html, paragraphs: tuple[str, ...], links: int, kept: int
) -> None:
    lines = [f"Bridge of the year {n}" for n in range(links)]
    after = "".join(f"<p><a href=/{n}>{line}</a></p>" for n, line in enumerate(lines)) + f"<p>{BOX}</p>"
    assert body(page(inside(article_html(), after))) == [*paragraphs, *lines[:kept], BOX]


def test_the_element_of_a_footers_heading_ends_with_it(
    page: Make, article_html: Html, paragraphs: tuple[str, ...]
) -> None:
    """Its teasers are prose too."""
    more = [f"{BOX} Number {n}." for n in range(3)]
    teasers = f"<section><h2>Related stories</h2><p>{BOX}</p><p>{BOX} Again.</p></section>"
    after = "".join(f"<p>{line}</p>" for line in more) + teasers
    assert body(page(inside(article_html(), after))) == [*paragraphs, *more]


def test_a_caption_among_paragraphs_is_none(page: Make, article_html: Html, paragraphs: tuple[str, ...]) -> None:
    """A <div> that says little beside four paragraphs; a heading may be one."""
    after = f"<p>{BOX}</p><div>The new arches</div><div class=sub-head>The piers</div><p>{BOX} Again.</p>"
    assert body(page(inside(article_html(), after))) == [*paragraphs, BOX, "The piers", f"{BOX} Again."]


def data(text: str) -> str:
    value = json.dumps({"@type": "NewsArticle", "headline": "Bridge reopens", "articleBody": text})
    return f'<script type="application/ld+json">{value}</script>'


def test_paragraphs_that_the_data_quote_are_the_articles(
    page: Make, article_html: Html, paragraphs: tuple[str, ...]
) -> None:
    text = "\n".join([*paragraphs, BOX, f"{BOX} Again."])
    html = inside(
        article_html(data(text)), f"<div class=infobox><p>{BOX}</p></div><figure><p>{BOX} Again.</p></figure>"
    )
    assert body(page(html)) == [*paragraphs, BOX]


def test_the_data_have_the_text_of_a_page_that_scripts_build(page: Make, paragraphs: tuple[str, ...]) -> None:
    html = (
        f"<html><head>{data('</p><p>'.join([*paragraphs, BOX, BOX + ' Again.']))}</head><body><h1>B</h1></body></html>"
    )
    assert body(page(html)) == [*paragraphs, BOX, f"{BOX} Again."]


@pytest.mark.parametrize(("name", "by"), [("comments", "blocks"), ("xyz", "trafilatura")])
def test_a_text_much_shorter_than_the_page_gets_a_second_opinion(
    page: Make, monkeypatch: pytest.MonkeyPatch, paragraphs: tuple[str, ...], name: str, by: str
) -> None:
    """But not that of what readers wrote. The other's text stands in for what it would find elsewhere."""
    lines = [f"{BOX} Number {n}." for n in range(9)]
    comments = f"<div class={name}><aside>" + "".join(f"<p>{line}</p>" for line in lines) + "</aside></div>"
    other = Body(tuple(lines), (None,) * len(lines), "trafilatura")
    monkeypatch.setattr("services.clean.body._from_trafilatura", lambda *_: other)
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    found = examine(page(f"<html><body><main>{text}</main>{comments}</body></html>"), CleanLimits())
    assert isinstance(found, Finding)
    assert found.by == by
