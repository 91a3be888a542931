"""Other spellings: which words may have them, and what becomes of a query."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search.qlang import QueryError, parse
from services.search.spelling import build, corrected, plain_words


def suggested(**options: str) -> dict[str, Any]:
    body = [{"text": wrong, "options": [{"text": right}] if right else []} for wrong, right in options.items()]
    return {"suggest": {"body": body, "title": []}}


@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        ("harbuor lisobn", ["harbuor", "lisobn"]),
        ('"harbuor gate" -ferri title:gaet entity:lisobn', ["gaet"]),
        ("(harbuor OR prot*) +gaet harbuor", ["harbuor", "gaet"]),
        ("", []),
    ],
)
def test_which_words_may_be_misspelled(q: str, wanted: list[str]) -> None:
    assert plain_words(q) == wanted


def test_only_words_that_the_archive_lacks_are_asked_for() -> None:
    body = build(["harbuor"])
    assert body["suggest"]["body"]["term"]["suggest_mode"] == "missing"
    assert body["suggest"]["title"]["text"] == "harbuor"


def test_the_query_keeps_all_but_the_words() -> None:
    answer = suggested(harbuor="harbour", gate="")
    assert corrected('+Harbuor "harbuor gate" -x', answer) == '+harbour "harbuor gate" -x'
    assert corrected("harbuors", answer) is None
    assert corrected("gate", suggested(gate="")) is None
    assert corrected("gate", {}) is None


@given(st.text(max_size=60))
def test_any_query_has_words_or_an_error(q: str) -> None:
    try:
        parse(q)
    except QueryError:
        return
    found = plain_words(q)
    assert corrected(q, suggested(**dict.fromkeys((w for w in found if w.isidentifier()), "harbour"))) != q
