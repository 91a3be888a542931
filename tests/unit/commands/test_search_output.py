"""How `newsloom search` shows an answer."""

import pytest
from rich.console import Console

from services.commands import search

ANSWER = {
    "total": {"value": 10_000, "exact": False},
    "took_ms": 7,
    "articles": [
        {
            "title": "Ports & [harbours]",
            "url": "https://news.example/a",
            "published_at": "2026-11-22T08:30:00Z",
            "fetched_at": "2026-11-23T08:30:00Z",
            "language": "en",
            "source": {"name": "News"},
            "entities": [{"name": "UN", "type": "organisation"}],
            "highlights": {"body": ["the <mark>new\nport</mark> of Zürich &amp; &lt;b&gt;"]},
        },
        {
            "title": "Plain",
            "url": "https://news.example/b",
            "fetched_at": "2026-11-23T08:30:00Z",
            "language": "de",
            "source": {"name": "News"},
            "highlights": {"title": "<mark>Plain</mark>"},
        },
    ],
    "facets": {"source": [{"value": "news", "label": "News", "count": 2}], "language": [{"value": "en", "count": 1}]},
}


def shown(monkeypatch: pytest.MonkeyPatch, answer: dict[str, object]) -> str:
    console = Console(width=200, record=True, highlight=False)
    monkeypatch.setattr(search, "console", console)
    search.show(answer)
    return console.export_text()


def test_hits_highlights_entities_and_facets_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, ANSWER)
    for part in (
        "more than 10,000 articles in 7 ms",
        "Ports & [harbours]",
        "2026-11-22  en  News  https://news.example/a",
        "the new port of Zürich & <b>",
        "UN (organisation)",
        "2026-11-23  de",
        "source News 2",
        "language en 1",
    ):
        assert part in text


def test_an_exact_total_is_said_so_and_nothing_found_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, {"total": {"value": 0, "exact": True}, "took_ms": 1, "articles": []})
    assert text.startswith("0 articles in 1 ms")


def test_marks_are_styled_and_everything_else_is_plain_text() -> None:
    text = search.marked("a <mark>b &amp; c</mark> &lt;mark&gt;")
    assert text.plain == "a b & c <mark>"
    assert [(s.start, s.end) for s in text.spans if s.style] == [(2, 7)]


def test_one_is_singular_and_facets_without_values_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = {"facets": {"entity": [], "source": [], "language": []}}
    answer = {"total": {"value": 1, "exact": True}, "took_ms": 1, "articles": [], **empty}
    assert shown(monkeypatch, answer).split("\n") == ["1 article in 1 ms", ""]
