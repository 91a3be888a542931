from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.sources import SourceRecord, Validators
from services.fetch.novelty import Listed, next_state
from services.fetch.rhythm import LONGEST, adapted_s, next_fixed, next_good

MONDAY = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
FEED = "https://news.example/feed"


def wait_s(base_s: float, fresh_s: float | None = None, **said: object) -> float:
    known = Validators.model_validate({"url": FEED, **said})
    return (next_good(base_s, 300, [(fresh_s, known)], MONDAY) - MONDAY).total_seconds()


@given(st.lists(st.booleans(), max_size=60))
def test_the_wait_stays_within_bounds_whatever_comes(polls: list[bool]) -> None:
    wait = None
    for has_news in polls:
        wait = adapted_s(wait, 300, has_news)
        assert 300 <= wait <= 300 * LONGEST


def test_quiet_sources_are_asked_less_and_lively_ones_sooner_again() -> None:
    wait = None
    for _ in range(20):
        wait = adapted_s(wait, 300, False)
    assert wait == 300 * LONGEST
    assert adapted_s(wait, 300, True) == 300 * LONGEST / 2
    assert adapted_s(300, 300, True) == 300


@pytest.mark.parametrize(
    ("fresh_s", "ttl_s", "expected"),
    [(None, None, 300), (60, None, 300), (900, None, 900), (None, 1800, 1800), (900, 1200, 1200), (1e9, None, 3600)],
)
def test_servers_and_feeds_may_ask_for_patience_within_bounds(
    fresh_s: float | None, ttl_s: float | None, expected: float
) -> None:
    assert 0.95 * expected <= wait_s(300, fresh_s, ttl_s=ttl_s) <= 1.05 * expected


def test_of_two_lists_the_less_patient_counts() -> None:
    lists = [(3000.0, Validators(url=FEED)), (None, Validators(url=FEED + "2"))]
    assert next_good(300, 300, lists, MONDAY) - MONDAY <= timedelta(seconds=315)


def test_skipped_hours_are_waited_out() -> None:
    assert MONDAY + timedelta(seconds=wait_s(300, skip_hours=(8, 9, 10))) == MONDAY.replace(hour=11, minute=0)
    assert wait_s(300, skip_hours=(9, 10)) <= 315


def test_a_feed_that_skips_every_hour_is_asked_once_a_day() -> None:
    assert 23 * 3600 < wait_s(300, skip_hours=tuple(range(24))) <= 25.1 * 3600


def test_skipped_days_are_waited_out() -> None:
    assert MONDAY + timedelta(seconds=wait_s(300, skip_days=(0,))) == MONDAY.replace(day=24, hour=0, minute=0)


def test_what_people_set_stands() -> None:
    source = SourceRecord(id="s", name="S", feeds=(FEED,), interval_s=60)
    state = next_state(source, [Listed(FEED, fresh_s=3000)], 0, 0, MONDAY, 300)
    assert state.next_poll is not None
    assert 57 <= (state.next_poll - MONDAY).total_seconds() <= 63
    assert next_fixed(60, 2, MONDAY) - MONDAY >= timedelta(seconds=228)
