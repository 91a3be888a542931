"""What of a page is its article: boxes, links, the lines at its beginning and at its end."""

from collections.abc import Callable

import pytest

from services.clean.extract import examine
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
    ],
)
def test_boxes(page: Make, article_html: Html, paragraphs: tuple[str, ...], after: str, extra: list[str]) -> None:
    assert body(page(inside(article_html(), after))) == [*paragraphs, *extra]


def test_a_box_that_holds_the_article_is_none(page: Make, article_html: Html, paragraphs: tuple[str, ...]) -> None:
    html = article_html().replace("<div>", "<div class=cta>")
    assert body(page(html.replace("</main>", f"<p>{BOX}</p><p>{BOX} Again.</p></main>")))[:3] == list(paragraphs)


@pytest.mark.parametrize(
    ("after", "extra"),
    [
        (f"<h3><a href={ELSEWHERE}>A fine lorry</a></h3><p>{BOX}</p>", ["A fine lorry", BOX]),
        (f"<div><h3><a href=/lorry>A fine lorry</a></h3><p>{BOX}</p></div>", []),
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
    wanted = [BOX, "See the lorry in the shop", f"{BOX} Again."] if extra is None else extra
    assert body(page(inside(article_html(), after))) == [*paragraphs, *wanted]


LEAD = "Two years of repairs and three million later"
LONG = "The old stone bridge over the river reopens after two years of repairs that cost three million"


@pytest.mark.parametrize(
    ("head", "before", "first"),
    [
        (f'<meta name=description content="{LEAD}">', f"<h1>Bridge reopens</h1><p>{LEAD}</p>", LEAD),
        ("", f"<h1>Bridge reopens</h1><p>{LEAD}</p>", None),
        ("<title>Bridge closes | Echo</title>", f"<h1>{LONG}</h1><p>Monday news</p>", None),
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
    "line",
    [
        "Follow the river on foot and the bridge comes into sight after a mile, with its four new arches.",
        "Facebook pages of the valley showed the first lorries on the bridge within the hour, with many likes.",
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
