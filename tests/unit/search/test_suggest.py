"""Completions: what is asked for, and what is made of the answers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from services.search.suggest import Typed, build_entities, build_titles, highlight, read
from services.search.words import begins, distance, near, words


def titles(*found: str) -> dict[str, Any]:
    return {"hits": {"hits": [{"_source": {"id": str(i), "title": t}} for i, t in enumerate(found)]}}


def entities(**counts: int) -> dict[str, Any]:
    buckets = [{"key": f"person:{name.lower()}|{name}", "doc_count": n} for name, n in counts.items()]
    return {"aggregations": {"entities": {"buckets": buckets}}}


def texts(typed: Typed, *answers: Any, kinds: str = "entity word title", size: int = 5) -> list[tuple[str, str]]:
    return [(s["kind"], s["text"]) for s in read(typed, *answers, kinds.split(), size)]


def test_only_prefixes_are_asked_for_and_likeness_on_request() -> None:
    assert build_titles(Typed("new har"))["query"] == {
        "match_bool_prefix": {"title": {"query": "new har", "operator": "and"}}
    }
    (clause,) = build_entities(Typed("harbor", typos=True))["query"]["bool"]["filter"]
    assert clause["match"]["entities.name.words"]["fuzziness"] == "AUTO"


def test_entities_that_only_stand_beside_are_left_out() -> None:
    assert texts(Typed("ad"), titles(), entities(Ada=3, Bob=9)) == [("entity", "Ada")]
    (one,) = read(Typed("ad"), titles(), entities(Ada=3), ["entity"], 5)
    assert (one["id"], one["type"], one["count"], one["highlight"]) == ("person:ada", "person", 3, "<mark>Ad</mark>a")


def test_words_complete_what_was_typed_most_frequent_first() -> None:
    found = titles("Harbour harvest", "The Harbour", "Harvest", "harbour", "Har")
    assert texts(Typed("Old har"), found, entities(), kinds="word") == [
        ("word", "Old harbour"),
        ("word", "Old harvest"),
    ]


def test_a_word_that_is_an_entity_is_said_once_and_a_title_too() -> None:
    assert texts(Typed("ad"), titles("Ada wins", "Ada wins"), entities(Ada=1)) == [
        ("entity", "Ada"),
        ("title", "Ada wins"),
    ]


def test_at_most_so_many_of_each() -> None:
    assert len(texts(Typed("a"), titles(*(f"a{i}" for i in range(9))), entities(), kinds="title", size=3)) == 3


def test_slips_of_the_finger_find_names_that_are_alike() -> None:
    assert texts(Typed("lisobn", typos=True), titles(), entities(Lisbon=2, London=3), kinds="entity") == [
        ("entity", "Lisbon")
    ]


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [("", "", 0), ("abc", "", 3), ("lisobn", "lisbon", 1), ("kitten", "sitting", 3), ("a", "b", 1)],
)
def test_distances(a: str, b: str, wanted: int) -> None:
    assert distance(a, b) == distance(b, a) == wanted


def test_short_words_are_meant_as_they_are() -> None:
    assert not near("eu", "us")
    assert near("harbor", "harbour")
    assert not near("paris", "berlin")


def test_accents_and_case_do_not_matter() -> None:
    assert begins(words("MUNCH"), words("FC Bayern München"))


@given(st.text(), st.lists(st.text(max_size=5), max_size=4))
def test_a_highlight_is_the_text_whatever_was_typed(text: str, typed: list[str]) -> None:
    shown = highlight(text, words(" ".join(typed)))
    assert (
        Markup(shown.replace("<mark>", "").replace("</mark>", "")).unescape() == Markup(highlight(text, [])).unescape()
    )
    assert "<" not in shown.replace("<mark>", "").replace("</mark>", "")


@given(st.text(min_size=1, max_size=100), st.booleans())
def test_any_text_can_be_typed(text: str, typos: bool) -> None:
    typed = Typed(text, typos)
    if typed.words:
        assert isinstance(read(typed, titles(text), entities(Ada=1), ["entity", "word", "title"], 3), list)
