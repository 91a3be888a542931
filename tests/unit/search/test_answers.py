"""From Elasticsearch's answers to ours: results, cursors, intervals, journeys."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search import cursor, intervals
from services.search.journeys import journey_of
from services.search.params import LIST_FIELDS
from services.search.results import article_of, facets_of, highlights_of, hit_of, timeline_of, total_of

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_an_article_has_every_field_and_no_other() -> None:
    source = {"id": "1", "entities": [{"id": "e", "name": "E", "mentions": [{"start": 0}]}], "stemmed": {}}
    assert article_of(source)["entities"] == source["entities"]
    assert article_of(source)["topics"] == []
    assert article_of(source)["title"] is None
    assert "stemmed" not in article_of(source)
    assert set(hit_of({"_source": source}, LIST_FIELDS)) == {*LIST_FIELDS, "highlights"}


def test_highlights_of_stemmed_fields_stand_for_their_fields() -> None:
    found = {"title": ["plain"], "stemmed.en.title": ["<mark>stems</mark>"], "body": ["b"]}
    assert highlights_of(found) == {"title": ["<mark>stems</mark>"], "body": ["b"]}


def test_facets_take_ids_and_labels_apart() -> None:
    buckets = [{"key": "person:ada|Ada | Co", "doc_count": 2}, {"key": "en", "doc_count": 1}]
    assert facets_of({"entity": {"values": {"buckets": buckets}}}) == {
        "entity": [{"value": "person:ada", "label": "Ada | Co", "count": 2}, {"value": "en", "count": 1}]
    }


def test_a_facet_ends_with_those_that_have_no_value() -> None:
    found = {"values": {"buckets": [{"key": "Ada", "doc_count": 2}]}, "missing": {"doc_count": 5}}
    assert facets_of({"author": found})["author"] == [{"value": "Ada", "count": 2}, {"value": None, "count": 5}]


def test_totals_say_whether_they_are_exact() -> None:
    assert total_of({"hits": {"total": {"value": 3, "relation": "eq"}}}) == {"value": 3, "exact": True}
    assert not total_of({"hits": {"total": {"value": 10000, "relation": "gte"}}})["exact"]


def test_a_timeline_without_matches_is_empty() -> None:
    assert timeline_of({}) == []


@given(st.text(), st.lists(st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.none()))
def test_a_cursor_comes_back_as_it_was(pit: str, after: list[object]) -> None:
    try:
        text = cursor.encode(cursor.Place(pit, after, AT))
    except TypeError:  # an integer over 64 bits, or half a surrogate pair: never a sort value
        return
    assert cursor.decode(text) == (pit, after, AT)


@pytest.mark.parametrize(
    "place", [["pit", [1]], ["pit", [1], "2026"], ["pit", [1], 5], [1, [], "2026-01-01T00:00:00Z"]]
)
def test_a_cursor_of_another_shape_is_refused(place: list[object]) -> None:
    with pytest.raises(cursor.InvalidCursor):
        cursor.decode(base64.urlsafe_b64encode(json.dumps(place).encode()).decode())


@given(st.text(max_size=60))
def test_what_is_no_cursor_is_refused(text: str) -> None:
    try:
        pit, after, _ = cursor.decode(text)
    except cursor.InvalidCursor as error:
        assert "cursor=*" in str(error)
    else:
        assert isinstance(pit, str)
        assert isinstance(after, list)


@pytest.mark.parametrize(
    ("days", "interval"), [(0, "hour"), (2, "hour"), (30, "day"), (200, "week"), (1000, "month"), (9000, "year")]
)
def test_the_interval_fits_the_time(days: int, interval: str) -> None:
    assert intervals.choose(AT, AT + timedelta(days=days)) == interval


def test_steps_cover_both_ends() -> None:
    assert intervals.steps(AT, AT, "day") == 1
    assert intervals.steps(AT, AT + timedelta(days=2), "day") == 3


def test_a_journey_says_where_to_look_next() -> None:
    indexed = journey_of({"id": "a", "url": "u", "fate": "indexed", "trail": [{"stage": "index", "at": "x"}]})
    assert indexed["article"] == "/v1/articles/a"
    origin = {"topic": "x-news.pages.v1", "partition": 1, "offset": 2}
    dead = journey_of({"id": "a", "fate": "dead", "reason": "bug", "origin": origin})
    assert dead["dead_topic"] == "x-news.pages.v1.dead"
    assert dead["origin"] == origin
    assert "article" not in dead
