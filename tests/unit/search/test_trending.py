"""What rises, by hand and by chance."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search.trending import BY_CHANCE, Spans, build_past, build_window, rise, rising

SPANS = Spans.before(datetime(2026, 11, 22, tzinfo=UTC), timedelta(days=7), timedelta(days=28))


def counted(total: int, **counts: int) -> dict[str, Any]:
    buckets = [{"key": f"place:{name}|{name}", "doc_count": n} for name, n in counts.items()]
    return {"hits": {"total": {"value": total, "relation": "eq"}}, "aggregations": {"entity": {"buckets": buckets}}}


def test_the_window_follows_the_time_before_it() -> None:
    body = build_window(SPANS, [{"terms": {"language": ["de"]}}])
    assert body["query"]["bool"]["filter"][0]["range"]["at"]["gte"] == SPANS.start.isoformat()
    past = build_past(SPANS, [], counted(9, Lisbon=4))
    assert past["query"]["bool"]["filter"][0]["range"]["at"]["lt"] == SPANS.start.isoformat()
    assert past["aggs"]["entity"]["terms"]["include"] == ["place:Lisbon|Lisbon"]
    assert "aggs" not in build_past(SPANS, [], counted(0))


def test_a_known_log_likelihood() -> None:
    # 10 of 100 against 10 of 1,000: 2(10 ln(10/1.818) + 90 ln(90/98.18) + 10 ln(10/18.18) + 990 ln(990/981.8))
    assert rise(10, 100, 10, 1000) == pytest.approx(22.9, abs=0.1)


def test_shares_are_compared_not_counts() -> None:
    assert rise(20, 200, 10, 100) == 0
    assert rise(10, 100, 20, 100) == 0
    assert rise(5, 5, 0, 0) == rise(0, 0, 5, 5) == 0


def test_few_articles_are_no_trend() -> None:
    assert rising(counted(100, new=2), counted(400), least=3) == []
    assert rising(counted(10, new=3), counted(12), least=3) == []
    (one,) = rising(counted(100, new=9, old=20), counted(400, old=80), least=3)
    assert (one["id"], one["count"], one["before"], one["expected"]) == ("place:new", 9, 0, 0)
    assert one["score"] >= BY_CHANCE


def test_chance_rises_seldom() -> None:
    chance = random.Random(7)
    draws = [(sum(chance.random() < 0.1 for _ in range(n)) for n in (100, 400)) for _ in range(400)]
    risen = sum(rise(count, 100, before, 400) >= BY_CHANCE for count, before in draws)
    assert risen <= 400 * 0.02


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_a_score_is_never_negative(count: int, rest: int, before: int, rest_before: int) -> None:
    assert rise(count, count + rest, before, before + rest_before) >= 0
