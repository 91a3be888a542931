"""Additive increase, multiplicative decrease."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.index.pace import Limits, Pace

LIMITS = Limits(first_bytes=1000, least_bytes=100, most_bytes=5000, step_bytes=500, in_flight=4)


def test_quick_full_answers_add_and_a_busy_cluster_halves() -> None:
    pace = Pace(LIMITS)
    pace.answered(900, 0.1, 1000)
    assert pace.bytes == 1500
    pace.refused(1500)
    assert (pace.bytes, pace.in_flight) == (750, 2)
    pace.answered(700, 9.0, 750)
    assert (pace.bytes, pace.in_flight) == (375, 1)
    pace.answered(300, 0.1, 375)
    assert (pace.bytes, pace.in_flight) == (875, 2)


def test_a_small_request_that_is_quick_says_nothing_of_large_ones() -> None:
    pace = Pace(LIMITS)
    pace.answered(400, 0.1, 1000)
    assert pace.bytes == 1000


def test_neither_quick_nor_slow_changes_nothing() -> None:
    pace = Pace(LIMITS)
    pace.answered(1000, 2.0, 1000)
    assert (pace.bytes, pace.in_flight) == (1000, 4)


def test_requests_of_one_time_halve_once() -> None:
    pace = Pace(LIMITS)
    for _ in range(4):
        pace.refused(1000)
    assert (pace.bytes, pace.in_flight) == (500, 2)


def test_what_the_server_found_too_large_is_not_grown_to_again() -> None:
    pace = Pace(LIMITS)
    pace.too_large(800)
    for _ in range(10):
        pace.answered(400, 0.1, 400)
    assert pace.bytes == 400


@given(st.lists(st.tuples(st.sampled_from(["quick", "slow", "busy", "large"]), st.integers(1, 6000))))
def test_it_stays_within_its_bounds(events: list[tuple[str, int]]) -> None:
    pace = Pace(LIMITS)
    for kind, size in events:
        if kind == "busy":
            pace.refused(pace.bytes)
        elif kind == "large":
            pace.too_large(size)
        else:
            pace.answered(size, 0.1 if kind == "quick" else 10.0, pace.bytes)
        assert 1 <= pace.bytes <= LIMITS.most_bytes
        assert 1 <= pace.in_flight <= LIMITS.in_flight


@pytest.mark.parametrize(
    ("documents", "sizes"),
    [(1, [1]), (50, [50]), (51, [13, 38]), (100, [13, 50, 37]), (1000, [84, 306, 204, 136, 90, 60, 50, 50, 20])],
)
def test_requests_begin_short_and_shrink_to_the_end(documents: int, sizes: list[int]) -> None:
    pace, left, found = Pace(Limits(in_flight=3, least_share=50)), documents, []
    while left:
        found.append(min(left, pace.share(left, documents)))
        left -= found[-1]
    assert found == sizes
