"""What becomes of a subscription as time passes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from services.contracts.sources import SourceRecord, SourceState, Validators
from services.contracts.websub import CHECK_S, LEASE_S, Subscription, new_subscription
from services.fetch.asking import GIVE_UP, LONGEST_PAUSE_S, asked, form, put_off, relaxed, step

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
BASE = "https://us.example"
FEED, HUB = "https://news.example/feed", "https://hub.example/"
HOUR = timedelta(hours=1)


def subscription(**given: Any) -> Subscription:
    return new_subscription("a-1", (HUB, FEED), BASE, NOW).model_copy(update=given)


def leased(since: timedelta, left: timedelta, **given: Any) -> Subscription:
    return subscription(verified_at=NOW - since, lease_until=NOW + left, **given)


@pytest.mark.parametrize(
    ("mine", "wanted", "what"),
    [
        (subscription(), True, "subscribe"),
        (subscription(attempts=9, last_error="down"), True, "subscribe"),
        (subscription(denied="no"), True, "subscribe"),
        (leased(HOUR, HOUR), True, "wait"),
        (leased(3 * HOUR, HOUR), True, "subscribe"),
        (leased(3 * HOUR, -HOUR), True, "subscribe"),
        (leased(HOUR, HOUR, mode="unsubscribe"), True, "subscribe"),
        (leased(HOUR, HOUR), False, "unsubscribe"),
        (leased(HOUR, HOUR, attempts=9), False, "unsubscribe"),
        (leased(HOUR, HOUR, mode="unsubscribe", attempts=GIVE_UP - 1), False, "unsubscribe"),
        (leased(HOUR, HOUR, mode="unsubscribe", attempts=GIVE_UP), False, "forget"),
        (leased(3 * HOUR, -HOUR), False, "forget"),
        (subscription(), False, "forget"),
    ],
)
def test_what_is_to_be_done(mine: Subscription, wanted: bool, what: str) -> None:
    assert step(mine, wanted, NOW) == what


def test_pauses_grow() -> None:
    waits, mine = [], subscription()
    for _ in range(12):
        fields = asked(mine, "subscribe", NOW)
        mine = Subscription.model_validate({**mine.model_dump(), **fields})
        waits.append((mine.due_at - NOW).total_seconds())
    assert waits[:4] == [60, 120, 240, 480]
    assert waits[-1] == LONGEST_PAUSE_S
    assert mine.attempts == 12
    assert asked(mine, "unsubscribe", NOW)["attempts"] == 1
    assert put_off(1, 7200, NOW)["due_at"] == (NOW + 2 * HOUR).isoformat()
    assert put_off(1, 999_999_999, NOW)["due_at"] == (NOW + 24 * HOUR).isoformat()


def test_a_look_comes_at_least_every_hour_and_in_time_to_renew() -> None:
    assert leased(HOUR, 100 * HOUR).look_at(NOW) == NOW + timedelta(seconds=CHECK_S)
    assert leased(timedelta(), HOUR).look_at(NOW) == NOW + 0.75 * HOUR


def test_the_form() -> None:
    mine = subscription()
    sent = parse_qs(form(mine, "subscribe").decode(), strict_parsing=True)
    assert sent == {
        "hub.callback": [mine.callback],
        "hub.mode": ["subscribe"],
        "hub.topic": [FEED],
        "hub.lease_seconds": [str(LEASE_S)],
        "hub.secret": [mine.secret],
    }
    assert set(parse_qs(form(mine, "unsubscribe").decode())) == {"hub.callback", "hub.mode", "hub.topic"}


def polled(**given: Any) -> tuple[SourceRecord, SourceState]:
    """A source whose only feed has a hub, and its state after a poll that brought something."""
    known = (Validators(url=FEED, hub=HUB, topic=FEED),)
    before = SourceState(last_poll=NOW - HOUR, found=5, validators=known)
    after = SourceState(last_poll=NOW, found=6, validators=known, next_poll=NOW + timedelta(seconds=30))
    source = SourceRecord(id="a-1", name="A", feeds=(FEED,), state=before)
    return source.model_copy(update=given), after


def test_polling_is_rare_while_a_hub_pushes() -> None:
    source, state = polled()
    later = relaxed(source, state, [leased(HOUR, HOUR, last_push=NOW)], 300, NOW)
    assert later.next_poll is not None
    assert 3400 < (later.next_poll - NOW).total_seconds() < 3800
    assert later.model_copy(update={"next_poll": state.next_poll}) == state


@pytest.mark.parametrize(
    ("pushed", "changed", "source_has", "why"),
    [
        ([], {}, {}, "no subscription"),
        ([leased(3 * HOUR, -HOUR)], {}, {}, "its lease has ended"),
        ([subscription()], {}, {}, "it was never verified"),
        ([leased(HOUR, HOUR)], {}, {"feeds": (FEED, "https://news.example/2")}, "another list has no hub"),
        ([leased(HOUR, HOUR)], {}, {"interval_s": 60.0}, "people set the interval"),
        ([leased(HOUR, HOUR)], {"failures": 1}, {}, "the poll failed"),
        ([leased(HOUR, HOUR, last_push=NOW)], {"found": 5}, {}, "pushed, and nothing was there yet"),
    ],
)
def test_polling_goes_on_as_it_was(pushed: list[Subscription], changed: Any, source_has: Any, why: str) -> None:
    source, state = polled(**source_has)
    state = state.model_copy(update=changed)
    assert relaxed(source, state, pushed, 300, NOW) is state, why


def test_a_push_before_the_last_poll_is_done_with() -> None:
    source, state = polled()
    quiet = state.model_copy(update={"found": 5})
    assert relaxed(source, quiet, [leased(9 * HOUR, 9 * HOUR, last_push=NOW - 2 * HOUR)], 300, NOW) is not quiet
