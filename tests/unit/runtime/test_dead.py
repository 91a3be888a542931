"""Headers of dead letters."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.messages import delivery

from services.contracts.fates import BadInput, DeadReason
from services.runtime.dead import PREFIX, dead_headers, own_headers, read_context, replay_headers
from services.runtime.stage import Failure

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
FAILURE = Failure(DeadReason.TIME_LIMIT, "TimeoutError", "took longer than 10 s")


def test_the_headers_tell_the_whole_story_and_keep_the_messages_own() -> None:
    own = [("traceparent", b"t"), ("source", b"s"), ("null", None), ("source", b"again")]
    headers = dead_headers(delivery(b"{", headers=own, offset=9), "clean", FAILURE, NOW)
    assert headers[:4] == own
    assert read_context(headers) == {
        "stage": "clean",
        "reason": "time_limit",
        "error-class": "TimeoutError",
        "error": "took longer than 10 s",
        "attempts": "1",
        "first-at": "2026-11-22T08:30:00.000Z",
        "last-at": "2026-11-22T08:30:00.000Z",
        "origin-topic": "news.pages.v1",
        "origin-partition": "3",
        "origin-offset": "9",
    }


def test_times_are_told_in_utc() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert read_context(dead_headers(delivery(b"{"), "clean", FAILURE, there))["last-at"] == "2026-11-22T08:30:00.000Z"


def test_attempts_count_on_over_replays_and_the_first_time_stays() -> None:
    headers = [("source", b"s")]
    for attempt in range(1, 5):
        at = NOW + timedelta(hours=attempt)
        headers = dead_headers(delivery(b"{", headers=replay_headers(headers)), "clean", FAILURE, at)
        context = read_context(headers)
        assert context["attempts"] == str(attempt)
        assert context["first-at"] == "2026-11-22T09:30:00.000Z"
        assert context["last-at"] == f"2026-11-22T{8 + attempt:02}:30:00.000Z"
        assert len(headers) == 1 + 10


def test_a_replay_goes_with_the_own_headers_and_the_count() -> None:
    dead = dead_headers(delivery(b"{", headers=[("source", b"s"), ("null", None)]), "clean", FAILURE, NOW)
    assert [name for name, _ in replay_headers(dead)] == ["source", "null", "dead-attempts", "dead-first-at"]
    assert own_headers(dead) == [("source", b"s"), ("null", None)]


@pytest.mark.parametrize("odd", [None, b"", b"many", b"-3", b"\xff\xfe", b"1.5", b"9" * 100, "²".encode()])
def test_odd_counts_of_others_start_at_one(odd: bytes | None) -> None:
    headers = dead_headers(delivery(b"{", headers=[("dead-attempts", odd), ("dead-first-at", odd)]), "s", FAILURE, NOW)
    assert read_context(headers)["attempts"] == "1"


@given(st.lists(st.tuples(st.text(max_size=5) | st.just("dead-attempts"), st.none() | st.binary(max_size=9))))
def test_any_headers_can_be_buried_and_read(headers: list[tuple[str, bytes | None]]) -> None:
    buried = dead_headers(delivery(b"{", headers=headers), "clean", FAILURE, NOW)
    assert read_context(buried)["stage"] == "clean"
    assert own_headers(buried) == [h for h in headers if not h[0].startswith(PREFIX)]


def test_an_error_text_that_is_no_unicode_or_very_long_is_told_as_well_as_it_can_be() -> None:
    failure = Failure.of(ValueError("bad \udc80 " + "x" * 10_000))
    error = read_context(dead_headers(delivery(b"{"), "clean", failure, NOW))["error"]
    assert error.startswith("ValueError: bad \\udc80 x")
    assert len(error) <= 2100


def test_a_failure_keeps_a_reason_or_is_a_bug() -> None:
    bad = Failure.of(BadInput(DeadReason.INVALID_URL, "no host"))
    assert bad == Failure(DeadReason.INVALID_URL, "BadInput", "no host")
    assert Failure.of(KeyError("x")) == Failure(DeadReason.BUG, "KeyError", "KeyError: 'x'")
