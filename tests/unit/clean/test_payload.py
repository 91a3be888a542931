"""Articles in what a page carries for its scripts: found where the page lacks them, and only the page's own."""

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.payloads import SHAPES

from services.clean.extract import Finding, examine
from services.clean.limits import CleanLimits
from services.clean.scripts import values_in
from services.contracts.messages import PageMessage

Make = Callable[..., PageMessage]
TITLE = "Stone bridge over the river Tarn opens again after long repairs"
TEXT = (
    "The stone bridge over the river Tarn opened again on Monday after two years of repairs, the county of Tarn said.",
    "Engineers replaced four of its arches and laid a new surface, which should last for at least fifty years.",
    "Lorries had to take a detour of thirty kilometres since the flood of 2024 had damaged two piers & a wall.",
    "The work cost three million euros, half of which the region paid; the county lent the rest from its savings bank.",
    "Masons from three villages cut the stones by hand, as their grandfathers had done for the first one.",
    "A market is held on the bridge at the weekend, and for the first time since the flood it is open to children.",
    "The mayor, who had promised a bridge before the end of the year, walked across it in the rain with a brass band.",
    "Next spring the county wants to look at the piers again, since the river carries more water than before.",
)
HEAD = f"<head><title>{TITLE}</title><meta name=description content='Two years of repairs: the bridge is open.'></head>"
COOKIES = "<p>We use cookies on this page, and our partners do so too, as you may read in the terms of the site.</p>"


def shell(carried: str, shown: str = "") -> str:
    return f"<html>{HEAD}<body><div id=root><h1>{TITLE}</h1>{shown}</div>{carried}</body></html>"


def found(page: PageMessage) -> Finding:
    made = examine(page, CleanLimits())
    assert isinstance(made, Finding)
    return made


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_of_pages_that_scripts_build(page: Make, shape: str) -> None:
    made = found(page(shell(SHAPES[shape](TITLE, TEXT))))
    if shape == "microdata meta":  # one line, as an attribute is
        assert made.kept == [" ".join(TEXT)]
    else:
        assert made.kept == list(TEXT)
    # Four paragraphs and more in <noscript> are read as any others, and so is what is hidden where it is all there is.
    assert made.by == ("blocks" if shape in ("noscript", "microdata") else "payload")


@pytest.mark.parametrize("shape", [s for s in SHAPES if s not in ("noscript", "microdata meta")])
def test_what_goes_on_where_the_page_ends(page: Make, shape: str) -> None:
    """A button, or a subscription, stands where the text goes on."""
    shown = "".join(f"<p>{line}</p>" for line in TEXT[:3]).replace("&", "&amp;")
    made = found(page(shell(SHAPES[shape](TITLE, TEXT), f"{shown}<button>Read on</button>{COOKIES}")))
    assert made.kept == list(TEXT)


def test_it_says_where(page: Make) -> None:
    made = found(page(shell(SHAPES["next paragraphs"](TITLE, TEXT))))
    assert made.notes == ("found in __NEXT_DATA__.props.pageProps.article.paragraphs",)
    assert TITLE in made.lines


@pytest.mark.parametrize("shape", [s for s in SHAPES if s != "noscript"])
def test_a_page_that_shows_the_article_is_read_as_it_is(page: Make, shape: str) -> None:
    text = "".join(f"<p>{line}</p>" for line in TEXT).replace("&", "&amp;") * 2
    made = found(page(shell(SHAPES[shape](TITLE, TEXT), text)))
    assert made.by == "blocks"


@pytest.mark.parametrize("shape", [s for s in SHAPES if s not in ("noscript", "template", "microdata")])
def test_the_article_of_another_page_is_none(page: Make, shape: str) -> None:
    """trafilatura reads <template>; what is in <noscript>, and nothing else, is shown to some."""
    head = HEAD.replace(TITLE, "Parliament votes on taxes").replace("Two years of repairs: the bridge", "The vote")
    other = "A village looks for a teacher of music and drawing"
    made = found(
        page(f"<html>{head}<body><h1>Parliament votes on taxes</h1>{SHAPES[shape](other, TEXT)}</body></html>")
    )
    assert not made.kept


@pytest.mark.parametrize(
    "teaser",
    [
        {"title": "{}", "url": "/{n}", "summary": "{text}"},
        {"headline": "{}", "id": "{n}", "body": "{text}"},
        {"link": {"title": "{}", "href": "/{n}"}, "teaser": "{text}"},
    ],
)
def test_a_list_of_articles_is_none(page: Make, teaser: object) -> None:
    """Titles are of the page's own subject, as in a section."""
    teasers = [
        json.loads(json.dumps(teaser).replace("{n}", str(n)).replace("{}", f"{TITLE} {n}").replace("{text}", TEXT[n]))
        for n in range(len(TEXT))
    ]
    data = json.dumps({"section": {"title": "News of the river", "articles": teasers}})
    made = found(page(shell(f"<script type=application/json>{data}</script>")))
    assert not made.kept


@pytest.mark.parametrize("key", ["comments", "relatedArticle", "summary", "excerpt", "newsletter"])
def test_what_readers_wrote_and_summaries_are_none(page: Make, key: str) -> None:
    data = json.dumps({"post": {"title": TITLE, "slug": "a", key: " ".join(TEXT)}})
    assert not found(page(shell(f"<script>window.__INITIAL_STATE__ = {data};</script>"))).kept


def test_furniture_in_the_text_is_judged(page: Make) -> None:
    text = [*TEXT[:4], "Read also: A lorry in the river", "<a href='/x'>Subscribe to our newsletter</a>", *TEXT[4:]]
    made = found(page(shell(SHAPES["next paragraphs"](TITLE, text))))
    assert made.kept == list(TEXT)


def test_pictures_beside_paragraphs_are_none(page: Make) -> None:
    blocks = [{"type": "paragraph", "text": line} for line in TEXT]
    blocks.insert(2, {"type": "image", "text": "The bridge seen from the old mill, with the new road surface."})
    data = json.dumps({"title": TITLE, "url": "/a", "blocks": blocks})
    assert found(page(shell(f"<script type=application/json>{data}</script>"))).kept == list(TEXT)


def test_data_that_the_article_quotes_goes_on(page: Make) -> None:
    """JSON-LD, of a page with more than 700 characters."""
    data = json.dumps({"@type": "NewsArticle", "headline": TITLE, "articleBody": "\n".join(TEXT)})
    shown = "".join(f"<p>{line}</p>" for line in (*TEXT[:2], *TEXT[3:5])) + "<p>And so it went on that whole day …</p>"
    made = found(page(shell(f"<script type=application/ld+json>{data}</script>", shown)))
    assert made.by == "json-ld"
    assert made.kept == list(TEXT)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from(TEXT),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(st.sampled_from(["title", "url", "text", "children", "type", "body", "br", "1"]), inner)
    ),
    max_leaves=60,
)
fuzz = settings(max_examples=80, suppress_health_check=list(HealthCheck))


@fuzz
@given(json_values, st.sampled_from(["", "window.x = ", "self.__next_f.push(", "f(1, "]), st.integers(0, 400))
def test_any_data(value: object, before: str, cut: int) -> None:
    text = before + json.dumps(value)
    for script in (text, text[:cut], text.replace('"', "'", 1)):
        html = shell(f"<script>{script.replace('</', '')}</script>")
        made = examine(
            PageMessage(url="https://news.example/a", html=html, fetched_at="2026-12-01T00:00:00Z"), CleanLimits()
        )
        assert isinstance(made, Finding)


@given(json_values)
def test_values_are_read_as_json_reads_them(value: object) -> None:
    text = json.dumps({"value": value, "long": "x" * 400})
    assert repr(list(values_in(f"var a = {text}; var b = 1"))) == repr([json.loads(text)])


@pytest.mark.parametrize(
    "script",
    [
        '{"a":' * 100_000,
        "[" * 500_000,
        "[[[[" * 100 + '"' + "b" * 500_000,
        '=[{"a":[1,[2,' * 30_000,
        '{"a":' + "9" * 50_000 + "}",
        '{"a":"' + "\\ud800" * 500 + '"}',
        '[["Reactive",1],{"a":1,"b":[1],"text":1}' + ',{"a":1}' * 20_000 + "]",
        'self.__next_f.push([1,"1:T99999999,' + "x" * 600 + '"])',
        'self.__next_f.push([1,"' + "0:[]\\n" * 50_000 + '"])',
        json.dumps({"a": [TEXT[0] + " "] * 5000}),
        json.dumps({f"k{n}": TEXT for n in range(3000)}),
        json.dumps({"a": json.dumps({"a": json.dumps({"a": list(TEXT)})})}),
    ],
)
def test_hostile_data_are_bounded(page: Make, script: str) -> None:
    """pytest's own time limit is the measure."""
    assert isinstance(examine(page(shell(f"<script type=application/json>{script}</script>")), CleanLimits()), Finding)
