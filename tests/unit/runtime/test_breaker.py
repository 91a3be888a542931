"""The dead ratio."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.fates import DeadReason, Skip, SkipReason
from services.runtime.breaker import DeadRatio
from services.runtime.stage import Done, Failure, Outcome

DEAD = Failure(DeadReason.BUG, "KeyError", "KeyError: 'title'")
GOOD = Done()
SKIP = Skip(SkipReason.TOO_SHORT, "3 words")


def test_a_few_dead_messages_at_the_start_are_no_reason() -> None:
    assert DeadRatio(0.5, 20).would_exceed([DEAD] * 9) is None


def test_half_a_window_of_dead_messages_is_and_says_why_and_what_to_do() -> None:
    reason = DeadRatio(0.5, 20).would_exceed([DEAD] * 10)
    assert reason is not None
    for part in ("10 of the last 10", "limit 50%", "KeyError: 'title'", "NEWSLOOM_DEAD_RATIO_LIMIT"):
        assert part in reason


def test_the_limit_itself_is_allowed_and_skips_count_as_good() -> None:
    assert DeadRatio(0.5, 20).would_exceed([DEAD, SKIP] * 10) is None
    assert DeadRatio(0.5, 20).would_exceed([DEAD, GOOD] * 9 + [DEAD]) is not None


def test_asking_records_nothing() -> None:
    ratio = DeadRatio(0.5, 20)
    for _ in range(5):
        assert ratio.would_exceed([DEAD] * 5) is None


def test_only_the_window_counts() -> None:
    ratio = DeadRatio(0.5, 20)
    ratio.record([DEAD] * 9)
    ratio.record([GOOD] * 20)
    assert ratio.would_exceed([DEAD] * 10) is None
    assert ratio.would_exceed([DEAD] * 11) is not None


def test_a_limit_of_one_never_stops() -> None:
    assert DeadRatio(1.0, 10).would_exceed([DEAD] * 500) is None


@given(
    st.lists(st.lists(st.sampled_from([DEAD, GOOD, SKIP]), min_size=1, max_size=30), max_size=8),
    st.sampled_from([0.1, 0.5, 0.9]),
    st.integers(10, 40),
)
def test_it_stops_exactly_when_a_batch_adds_dead_messages_and_the_ratio_is_over_the_limit(
    batches: list[list[Outcome]], limit: float, window: int
) -> None:
    ratio, seen = DeadRatio(limit, window), []
    for batch in batches:
        last = [*seen, *batch][-window:]
        over = len(last) >= window // 2 and last.count(DEAD) / len(last) > limit and DEAD in batch
        assert (ratio.would_exceed(batch) is not None) == over
        ratio.record(batch)
        seen += batch


@pytest.mark.parametrize("size", [1, 3])
def test_a_long_error_does_not_drown_the_advice(size: int) -> None:
    reason = DeadRatio(0.1, 10).would_exceed([Failure(DeadReason.BUG, "E", "x" * 5000)] * (size + 4))
    assert reason is not None
    assert len(reason) < 700
