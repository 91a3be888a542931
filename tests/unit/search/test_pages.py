"""The pure parts of the web page: links, bars, marks, snippets, the API's description."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search.pages.bars import HEIGHT, WIDTH, Chart, chart
from services.search.pages.links import chips, choices, page, without
from services.search.pages.marks import BEGINNING, Piece, beginning, paragraphs
from services.search.pages.openapi import endpoints, kind
from services.search.pages.periods import periods
from services.search.pages.snippets import snippet

PAIRS = [("q", "a b"), ("language", "de"), ("language", "fr"), ("page", "3"), ("exclude_source", "x")]


def test_addresses_keep_filters_and_start_at_the_first_page() -> None:
    assert page(PAIRS) == "/?q=a+b&language=de&language=fr&exclude_source=x"
    assert page([("q", "")]) == "/"
    assert without(PAIRS, "language", "de") == [p for p in PAIRS if p != ("language", "de")]


def test_chips_say_what_is_on_and_lead_to_the_search_without_it() -> None:
    found = chips([*PAIRS, ("from", "2026")], {"x": "Xanadu Post"})
    assert [(c.name, c.value, c.excluded) for c in found] == [
        ("language", "German", False),
        ("language", "French", False),
        ("source", "Xanadu Post", True),
        ("from", "2026", False),
    ]
    assert "language=de" not in found[0].href
    assert "language=fr" in found[0].href


def test_choices_add_and_remove() -> None:
    on, off = choices(PAIRS, "language", [{"value": "de", "count": 2}, {"value": "it", "count": 1}])
    assert on.on
    assert "language=de" not in on.href
    assert not off.on
    assert off.label == "Italian"
    assert off.href.endswith("language=it")


@pytest.mark.parametrize(
    ("interval", "range_"),
    [
        ("hour", "from=2026-11-20T00%3A00%3A00Z&to=2026-11-20T01%3A00%3A00Z"),
        ("day", "from=2026-11-20&to=2026-11-20"),
        ("week", "from=2026-11-20&to=2026-11-26"),
        ("month", "from=2026-11&to=2026-11"),
        ("year", "from=2026&to=2026"),
    ],
)
def test_bars_narrow_to_their_time(interval: str, range_: str) -> None:
    steps = [{"from": "2026-11-20T00:00:00.000Z", "count": 4}, {"from": "2026-11-21T00:00:00.000Z", "count": 0}]
    made = chart({"interval": interval, "buckets": steps}, [("q", "x"), ("from", "7d")])
    assert made is not None
    first, second = made.bars
    assert first.href == f"/?q=x&{range_}"
    assert first.height == HEIGHT
    assert second.height == 0
    assert second.x == WIDTH / 2
    assert "4 articles" in first.label


def test_no_articles_no_chart() -> None:
    assert chart({"interval": None, "buckets": []}, []) is None
    assert drawn(0, 0) is None


def drawn(*counts: int) -> Chart | None:
    buckets = [{"from": f"2026-10-{day:02}T00:00:00.000Z", "count": count} for day, count in enumerate(counts, 1)]
    return chart({"interval": "day", "buckets": buckets}, [])


def test_the_busiest_days_are_told_where_some_are_busier() -> None:
    one = drawn(1, 7, 3)
    assert one is not None
    assert [bar.label for bar in one.busiest] == ["2026-10-02: 7 articles"]
    assert (one.first, one.last) == ("2026-10-01", "2026-10-03")


@pytest.mark.parametrize(("counts", "busiest"), [((0, 4, 1, 4), ["2026-10-02", "2026-10-04"]), ((2, 2, 2), [])])
def test_several_may_be_the_busiest_but_not_all(counts: tuple[int, ...], busiest: list[str]) -> None:
    made = drawn(*counts)
    assert made is not None
    assert [bar.label[:10] for bar in made.busiest] == busiest


def test_a_period_replaces_the_time_that_was_set_and_takes_itself_off() -> None:
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    fresh = {p.label: p for p in periods([("q", "x"), ("to", "2020"), ("page", "3")], now)}
    assert fresh["past week"].href == "/?q=x&from=7d"
    assert fresh["December 2025"].href == "/?q=x&from=2025-12&to=2025-12"
    assert not any(period.on for period in fresh.values())
    again = {p.label: p for p in periods([("from", "2025-12"), ("q", "x"), ("to", "2025-12")], now)}
    assert [label for label, period in again.items() if period.on] == ["December 2025"]
    assert again["December 2025"].href == "/?q=x"


def test_entities_are_marked_where_they_stand() -> None:
    body = "Ada met Ben.\n\nBen left."
    ben = {"id": "p:b", "name": "Ben", "type": "person"}
    mentions = [{"start": 8, "end": 11, "text": "Ben"}, {"start": 14, "end": 17, "text": "Ben"}]
    wrong = [
        {"start": 0, "end": 3, "text": "Eve"},
        {"start": 9, "end": 11, "text": "en"},
        {"start": 90, "end": 99, "text": "x"},
    ]
    first, second = paragraphs(body, [{**ben, "mentions": [*mentions, *wrong]}])
    assert first == [Piece("Ada met "), Piece("Ben", "p:b", "Ben", "person"), Piece(".")]
    assert second[0].entity == "p:b"


@given(
    st.text(alphabet="ab \n", max_size=60), st.lists(st.tuples(st.integers(-2, 60), st.integers(-2, 60)), max_size=8)
)
def test_marking_never_changes_the_text(body: str, places: list[tuple[int, int]]) -> None:
    mentions = [{"start": a, "end": b, "text": body[a:b] if 0 <= a < b else ""} for a, b in places]
    found = paragraphs(body, [{"id": "i", "name": "n", "type": "person", "mentions": mentions}])
    joined = ["".join(piece.text for piece in pieces) for pieces in found]
    assert joined == [text for text in body.split("\n\n") if text]


@pytest.mark.parametrize(
    ("given_", "safe"),
    [
        ("a <mark>b</mark> c", "a <mark>b</mark> c"),
        ("&lt;script&gt; <mark>x</mark>", "&lt;script&gt; <mark>x</mark>"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<mark><img onerror=x></mark>", "<mark>&lt;img onerror=x&gt;</mark>"),
        ("<mark onclick=x>y</mark>", "&lt;mark onclick=x&gt;y&lt;/mark&gt;"),
    ],
)
def test_snippets_are_text_with_marks(given_: str, safe: str) -> None:
    assert str(snippet(given_)) == safe


def test_the_api_is_described_in_words() -> None:
    schema = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    parameter = {"name": "q", "in": "query", "schema": schema, "description": "words"}
    document = {"paths": {"/x": {"get": {"summary": "X", "parameters": [parameter]}, "post": {}}}}
    first, second = endpoints(document)
    assert (first.method, first.path, first.parameters[0].kind) == ("GET", "/x", "string")
    assert second.parameters == []
    assert kind({"enum": ["a", "b"]}) == "a | b"
    assert kind({"type": "array", "items": {"type": "string"}}) == "string, repeatable"


@given(st.text(alphabet="ab \n", max_size=3 * BEGINNING))
def test_a_beginning_is_the_first_paragraph_or_whole_words_of_it(body: str) -> None:
    shown = beginning(body)
    first = body.split("\n\n")[0]
    assert first.startswith(shown)
    assert len(shown) <= BEGINNING
    assert shown == first or " " not in first[1 : BEGINNING + 1] or first[len(shown)] == " "


def test_a_beginning_keeps_its_marks_and_loses_those_behind_it() -> None:
    body = "Ben came. " + "word " * 100 + "Ben left."
    mentions = [{"start": 0, "end": 3, "text": "Ben"}, {"start": len(body) - 9, "end": len(body) - 6, "text": "Ben"}]
    (only,) = paragraphs(beginning(body), [{"id": "i", "name": "n", "type": "person", "mentions": mentions}])
    assert [piece.text for piece in only if piece.entity] == ["Ben"]
