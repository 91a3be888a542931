"""Sources as the API takes and gives them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.contracts.sources import SourceRecord, SourceState
from services.contracts.urls import InvalidUrl
from services.search.sources import (
    activity_of,
    build_activity,
    build_sources,
    health_of,
    new_source,
    no_activity,
    source_of,
)

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


def record(**given: Any) -> SourceRecord:
    state = SourceState(**{k: given.pop(k) for k in list(given) if k in SourceState.model_fields})
    return SourceRecord(**{"id": "a-1", "name": "A", "feeds": ("https://a.example/feed",), "state": state, **given})


@pytest.mark.parametrize(
    ("given", "health"),
    [
        ({}, "new"),
        ({"last_poll": NOW}, "ok"),
        ({"last_poll": NOW, "failures": 1}, "troubled"),
        ({"last_poll": NOW, "failures": 3}, "failing"),
        ({"last_poll": NOW, "failures": 3, "enabled": False}, "off"),
    ],
)
def test_health_is_a_word(given: dict[str, Any], health: str) -> None:
    assert health_of(record(**given)) == health
    assert source_of(record(**given), no_activity(NOW))["health"]["status"] == health


def test_a_source_tells_how_often_it_failed_and_why() -> None:
    shown = source_of(
        record(last_poll=NOW, failures=4, last_error="HTTP status 404", notice="moved", recent=("x",)), no_activity(NOW)
    )
    assert "last 4 polls" in shown["health"]["meaning"]
    assert shown["health"]["last_error"] == "HTTP status 404"
    assert shown["health"]["notice"] == "moved"
    assert "recent" not in str(shown)


def test_a_source_of_an_address_alone_says_that_it_is_looked_at() -> None:
    made = new_source({"url": "https://a.example/news"}, NOW)
    assert (made.home, made.lists, made.name) == ("https://a.example/news", (), "a-example")
    assert "looked for" in source_of(made, no_activity(NOW))["health"]["meaning"]


def test_lists_given_make_the_id() -> None:
    made = new_source({"feeds": ["https://a.example/feed"], "name": "A", "url": "https://a.example/"}, NOW)
    assert made.id == new_source({"feeds": ["https://a.example/feed"]}, NOW).id
    assert (made.feeds, made.home) == (("https://a.example/feed",), "https://a.example/")


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(InvalidUrl):
        new_source({"url": "ftp://a.example/"}, NOW)


def test_signs_of_the_wildcard_query_mean_themselves() -> None:
    body = build_sources("50*?\\", "failing", "ports", 3, 20)
    assert (body["from"], body["size"]) == (40, 20)
    words, health, tag = body["query"]["bool"]["filter"]
    assert words["bool"]["should"][0] == {"wildcard": {"name": {"value": "*50\\*\\?\\\\*", "case_insensitive": True}}}
    assert {"range": {"state.failures": {"gte": 3}}} in health["bool"]["filter"]
    assert tag == {"term": {"tags": "ports"}}
    assert build_sources(" ", None, None, 1, 20)["query"] == {"match_all": {}}


def test_days_without_articles_count_as_none() -> None:
    body = build_activity(["a-1", "b-2"], NOW)
    assert body["aggs"]["sources"]["aggs"]["recent"]["filter"]["range"]["at"]["gte"] == "2026-11-09T00:00:00+00:00"
    day = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp()) * 1000
    bucket = {"key": "a-1", "doc_count": 9, "recent": {"days": {"buckets": [{"key": day, "doc_count": 4}]}}}
    found = activity_of({"aggregations": {"sources": {"buckets": [bucket]}}}, NOW)["a-1"]
    assert found["total"] == 9
    assert [d["count"] for d in found["days"]] == [0] * 13 + [4]
    assert found["days"][-1]["day"] == "2026-11-22"
    assert [d["day"] for d in no_activity(NOW)["days"]] == [d["day"] for d in found["days"]]
