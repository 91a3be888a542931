"""Whether, when and how a message is tried again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.messages import RecordingPublisher, delivery, page

from services.contracts.fates import DeadReason, Skip, SkipReason
from services.contracts.headers import RETRY_HEADERS
from services.contracts.topics import ARTICLES, PAGES, RETRIES, Topic
from services.runtime import retries
from services.runtime.dead import dead_headers, read_context
from services.runtime.emit import Emitter
from services.runtime.publisher import MessageTooLarge
from services.runtime.retries import attempts_of, due_ms, next_tier, retry_headers, waiting_tier
from services.runtime.settings import Settings
from services.runtime.stage import Failure, Later, Outcome, Postponed, Retry, Stage, Wait
from services.runtime.trace import Headers

DELAYS = (15.0, 120.0, 600.0)
SKIP = Skip(SkipReason.UNREACHABLE, "refused")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


async def nothing(_: object) -> list[Outcome]:
    return []


STAGE = Stage("clean", PAGES, nothing, writes=ARTICLES, tiers=3)


def settled(outcome: Outcome, headers: Headers, stage: Stage, delays: Sequence[float], now: datetime = NOW) -> Outcome:
    return retries.settled(outcome, headers, stage, delays, now)


@given(st.integers(0, 50), st.lists(st.floats(0.1, 900), max_size=3), st.floats(0, 2000))
def test_tries_are_bounded_and_a_wish_is_met_where_a_delay_can(attempts: int, delays: list[float], wish: float) -> None:
    tier = next_tier(attempts, delays, wish)
    assert (tier is None) == (attempts >= len(delays))
    if tier is not None:
        left = delays[attempts:]
        assert tier >= attempts
        assert delays[tier] >= wish or max(left) < wish


def test_each_failure_goes_one_tier_on_and_the_last_one_comes_true() -> None:
    headers, seen = [("own", b"1"), ("retry-attempts", b"x")], []
    while isinstance(outcome := settled(Retry(SKIP), headers, STAGE, DELAYS), Postponed):
        headers = retry_headers(headers, outcome, NOW)
        seen.append((outcome.topic.name[-7:], outcome.delay_s, attempts_of(headers), due_ms(headers)))
    start = int(NOW.timestamp() * 1000)
    assert outcome is SKIP
    assert seen == [(f"retry.{n}", d, n, start + int(d * 1000)) for n, d in enumerate(DELAYS, 1)]
    assert [name for name, _ in headers] == ["own", *RETRY_HEADERS]


@given(st.lists(st.floats(0.1, 900), max_size=3, unique=True).map(sorted), st.floats(0, 2000))
def test_who_waits_for_a_turn_is_back_in_time(delays: list[float], wait: float) -> None:
    tier = waiting_tier(delays, wait)
    assert (tier is None) == (not delays)
    if tier is not None:
        assert delays[tier] <= wait or tier == 0
        assert not any(delays[tier] < delay <= wait for delay in delays)


def test_waiting_for_a_turn_is_no_failure_however_often() -> None:
    headers = [("retry-attempts", b"2")]
    for _ in range(5):
        outcome = settled(Later(200, SKIP), headers, STAGE, DELAYS)
        assert outcome == Postponed(RETRIES[PAGES.name][1], 120.0, SKIP, failed=False)
        headers = retry_headers(headers, outcome, NOW)
        assert attempts_of(headers) == 2
    assert settled(Later(200, SKIP), headers, STAGE, ()) is SKIP


def test_a_pause_that_was_asked_for_is_no_failure_and_is_waited_for_up_to_a_day() -> None:
    headers: Headers = [("retry-attempts", b"3")]
    now, end, tiers = NOW, NOW + timedelta(seconds=1500), []
    while (left := (end - now).total_seconds()) > 0:
        outcome = settled(Wait(left, SKIP), headers, STAGE, DELAYS, now)
        assert isinstance(outcome, Postponed)
        headers = retry_headers(headers, outcome, now)
        tiers.append(outcome.delay_s)
        now += timedelta(seconds=outcome.delay_s)
    assert tiers == [600, 600, 600]
    assert attempts_of(headers) == 3
    left = retries.MOST_WAIT_S - sum(tiers)
    assert isinstance(settled(Wait(left, SKIP), headers, STAGE, DELAYS, now), Postponed)
    assert settled(Wait(left + 1, SKIP), headers, STAGE, DELAYS, now) is SKIP
    assert settled(Wait(60, SKIP), [], STAGE, ()) is SKIP


@pytest.mark.parametrize("first", [b"soon", b"2026-10-01T00:00:00", b"2027-01-01T00:00:00Z", b""])
def test_a_first_time_that_is_none_counts_as_now(first: bytes) -> None:
    assert isinstance(settled(Wait(60, SKIP), [("retry-first-at", first)], STAGE, DELAYS), Postponed)


def test_limits_of_stage_outcome_and_setting() -> None:
    assert settled(Retry(SKIP, most=1), [("retry-attempts", b"1")], STAGE, DELAYS) is SKIP
    assert settled(Retry(SKIP), [], Stage("clean", PAGES, nothing), DELAYS) is SKIP
    assert settled(Retry(SKIP), [], STAGE, ()) is SKIP
    longer = settled(Retry(SKIP, after_s=60), [], STAGE, DELAYS)
    assert longer == Postponed(RETRIES[PAGES.name][1], 120.0, SKIP)


async def test_a_postponed_message_is_sent_untouched() -> None:
    publisher, given_ = RecordingPublisher(), delivery(page("a"), headers=[("own", b"1")])
    postponed = Postponed(RETRIES[PAGES.name][0], 15.0, SKIP)
    assert await Emitter(STAGE, publisher).emit([(given_, page("a"), postponed)]) == [postponed]
    ((topic, key, value, headers, timestamp),) = publisher.sent
    assert (topic, key, value, timestamp) == ("news.pages.v1.retry.1", given_.key, given_.value, given_.timestamp_ms)
    assert [name for name, _ in headers] == ["own", *RETRY_HEADERS]
    assert dict(headers)["retry-reason"] == b"unreachable"


async def test_what_does_not_fit_the_retry_topic_is_what_it_is_otherwise() -> None:
    postponed = Postponed(RETRIES[PAGES.name][0], 15.0, SKIP)

    class Small(RecordingPublisher):
        async def send_raw(self, topic: Topic, *rest: Any) -> None:
            if topic is postponed.topic:
                raise MessageTooLarge("too large")
            await super().send_raw(topic, *rest)

    assert await Emitter(STAGE, Small()).emit([(delivery(page("a")), page("a"), postponed)]) == [SKIP]


def test_a_dead_letter_counts_the_tries_and_has_no_other_trace_of_them() -> None:
    tried = retry_headers([("own", b"1")], Postponed(RETRIES[PAGES.name][0], 1.0, SKIP), NOW)
    letter = dead_headers(delivery(page("a"), headers=tried), "clean", Failure(DeadReason.TIME_LIMIT, "E", "x"), NOW)
    assert (read_context(letter)["attempts"], read_context(letter)["first-at"][:10]) == ("2", "2026-11-01")
    assert not any(name.startswith("retry-") for name, _ in letter)


@pytest.mark.parametrize("value", ["1,2,3,4", "901", "0", "soon", "nan", "1,,2", "-1"])
def test_delays_that_can_not_be(value: str) -> None:
    with pytest.raises(ValidationError, match="up to three delays"):
        Settings(retry_delays_s=value)


def test_delays_that_can() -> None:
    assert Settings(retry_delays_s="none").retry_delays == ()
    assert Settings(retry_delays_s=" 1, 2.5").retry_delays == (1.0, 2.5)
