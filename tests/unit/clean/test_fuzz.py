"""Whatever arrives, extract answers: an article, a skip, or BadInput. Nothing else, and in time."""

import base64
from collections import Counter
from datetime import UTC, datetime
from math import inf
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.fuzz.cases import KINDS, SHARES, Case, make, plan
from support.fuzz.run import run_case
from support.fuzz.shrink import shrunk
from support.pages import seeds

from services.clean.extract import extract
from services.clean.limits import CleanLimits
from services.contracts.fates import BadInput, Skip, SkipReason
from services.contracts.messages import Article, PageMessage

pytestmark = pytest.mark.timeout(240)
FETCHED = datetime(2026, 12, 1, tzinfo=UTC)
URL = "https://news.example/a"
SEEDS = sorted((Path(__file__).parents[3] / "seeds" / "pages").glob("*/page.html"))
TAGS = (
    "p", "div", "h1", "h2", "table", "tr", "td", "ul", "li", "a", "article", "section", "figure", "script", "title",
    "time", "br", "span", "meta", "nav", "form", "pre",
)  # fmt: skip
LIMITS = CleanLimits(max_page_bytes=200_000, min_words=0)
fuzz = settings(max_examples=60, suppress_health_check=list(HealthCheck))


def answers(page: PageMessage) -> None:
    found = extract(page, LIMITS)
    assert isinstance(found, Article | Skip)
    if isinstance(found, Article):
        assert Article.model_validate_json(found.to_json()) == found
        assert "\x00" not in found.body


def served(body: bytes, content_type: str | None = None) -> PageMessage:
    given_ = base64.b64encode(body).decode()
    return PageMessage(url=URL, body_base64=given_, content_type=content_type, fetched_at=FETCHED)


@fuzz
@given(st.binary(max_size=3000), st.sampled_from([None, "text/html; charset=utf-16", "text/html; charset=big5", "x"]))
def test_any_bytes(body: bytes, content_type: str | None) -> None:
    answers(served(body, content_type))


@fuzz
@given(st.text(max_size=2000))
def test_any_text(text: str) -> None:
    for field in ("html", "text"):
        answers(PageMessage(url=URL, fetched_at=FETCHED, **{field: text}))


pieces = st.one_of(
    st.sampled_from(TAGS).map(lambda tag: f"<{tag}>"),
    st.sampled_from(TAGS).map(lambda tag: f"</{tag}>"),
    st.tuples(st.sampled_from(TAGS), st.text(max_size=20)).map(lambda t: f'<{t[0]} class="{t[1]}" datetime="{t[1]}">'),
    st.text(max_size=60),
    st.just("A sentence that is long enough to be taken for a paragraph of prose, with a comma and all that. "),
    st.just(
        '<script type="application/ld+json">{"@type":"NewsArticle","author":[1,{"name":["x"]}],"image":[]}</script>'
    ),
)


@fuzz
@given(st.lists(pieces, max_size=80).map("".join))
def test_any_tags(html: str) -> None:
    answers(PageMessage(url=URL, html=html, fetched_at=FETCHED))


@fuzz
@given(st.data())
def test_mutated_seeds(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(SEEDS)).read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, max(0, len(body) - 1)))
        cut = data.draw(st.integers(0, 400))
        body[at : at + cut] = data.draw(
            st.one_of(st.binary(max_size=12), st.sampled_from([b"<div>", b"</p>", b'">', b"&#0;"]))
        )
    answers(served(bytes(body), "text/html"))


@fuzz
@given(st.text(max_size=60))
def test_any_url(url: str) -> None:
    page = PageMessage(url=URL, html="<p>x", fetched_at=FETCHED).model_copy(update={"url": url})
    try:
        assert isinstance(extract(page, LIMITS), Article | Skip)
    except BadInput as error:
        assert str(error)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_pages(kind: str) -> None:
    """The short form of `make fuzz`: its first cases of each kind, without its processes and limits."""
    pages = [case.body for case in seeds()]
    ran = [run_case(make(kind, seed, pages), slow_s=inf) for seed in range(SHARES[kind] * 4)]
    assert {one.fault for one in ran} == {""}
    assert len({one.outcome for one in ran}) > 1


def test_a_fault_is_told_and_shrunk(monkeypatch: pytest.MonkeyPatch) -> None:
    def fragile(page: PageMessage, limits: CleanLimits) -> Skip:
        if "bad" in (page.html or ""):
            raise KeyError("bad")
        return Skip(SkipReason.EMPTY, "nothing")

    monkeypatch.setattr("services.clean.app.extract", fragile)
    case = Case("mutated", 1, b"<p>" * 300 + b"bad" + b"</p>" * 50, "html")
    ran = run_case(case, slow_s=inf)
    assert ran.fault == "KeyError: 'bad'"
    assert shrunk(case, lambda less: run_case(less, inf).fault == ran.fault, budget_s=inf).body == b"bad"


def test_the_plan_of_the_fuzzer_is_always_the_same() -> None:
    assert plan(300) == plan(300)
    assert Counter(kind for kind, _ in plan(100)) == SHARES
    assert all(make(kind, 7, [b"<p>x</p>"]) == make(kind, 7, [b"<p>x</p>"]) for kind in KINDS)
