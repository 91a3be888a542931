"""Deliveries to a receiver that behaves in every way: what becomes of each alert, and what its webhook's owner sees."""

import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import UTC, datetime

import pytest
from support.alerts import SEARCH, alert, new_webhook
from support.messages import delivery, settings_for_tests
from support.receiver import Receiver, receiver

from services.contracts.fates import DeadReason
from services.runtime.errors import Unavailable
from services.runtime.retries import ATTEMPTS
from services.runtime.stage import Done, Failure, Outcome, Retry
from services.runtime.web.addresses import parse_networks
from services.runtime.web.connect import Guard, SystemDns
from services.runtime.web.response import Limits
from services.runtime.web.wire import Wire
from services.search.alerts import deliver
from services.search.alerts.deliver import Attempt, Courier, Turn, attempt_of, noted, turn_over
from services.search.webhooks import Webhook, Webhooks

DEAD = Failure(DeadReason.NOT_DELIVERED, "X", "no")


class Known(Webhooks):
    """Webhooks in memory."""

    def __init__(self, *webhooks: Webhook) -> None:
        self.of = {webhook.search: webhook for webhook in webhooks}

    async def some(self, searches: Iterable[str]) -> dict[str, Webhook]:
        return {search: self.of[search] for search in set(searches) if search in self.of}

    async def change(self, webhook: Webhook, how: Callable[[Webhook], Webhook]) -> None:
        self.of[webhook.search] = how(self.of[webhook.search])


@pytest.fixture
def webhook() -> Webhook:
    return new_webhook()


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    dns = SystemDns()
    made = Wire(Guard(dns, parse_networks("127.0.0.0/8")), "")
    made.open()
    yield made
    await made.close()
    dns.close()


def attempts(count: int = 1, before: int = 0, search: str = SEARCH) -> list[Attempt]:
    headers = [(ATTEMPTS, str(before).encode())]
    made = [attempt_of(a, delivery(a, headers=headers)) for a in (alert(f"q{i}", search=search) for i in range(count))]
    return [attempt for attempt in made if isinstance(attempt, Attempt)]


async def told(wire: Wire, known: Known, given: list[Attempt], delays: str = "1,2,3") -> list[Outcome]:
    return await Courier(wire, known, settings_for_tests(retry_delays_s=delays)).process(given)


async def test_what_arrives_is_done_and_counted(there: Receiver, wire: Wire, webhook: Webhook) -> None:
    known = Known(webhook.model_copy(update={"url": there.url, "failures": 3}))
    assert await told(wire, known, attempts(20)) == [Done()] * 20
    assert {got.verified(webhook.secret)["data"]["article"]["title"] for got in there.got} == {
        f"The q{i} opens" for i in range(20)
    }
    assert {(got.path, got.headers["content-type"]) for got in there.got} == {
        ("/hook?token=hidden", "application/json")
    }
    assert "attempts" not in there.got[0].body.decode()
    after = known.of[SEARCH]
    assert (after.delivered, after.failures, after.dead, after.last_error) == (20, 0, 0, None)
    assert after.last_delivered_at is not None


@pytest.mark.parametrize(
    ("status", "retried"), [(500, 3), (503, 3), (429, 3), (400, 0), (401, 0), (404, 0), (410, 0), (301, 0), (204, None)]
)
async def test_statuses(there: Receiver, wire: Wire, webhook: Webhook, status: int, retried: int | None) -> None:
    there.status = status
    there.headers = {"Location": "http://127.0.0.1:1/"} if status == 301 else {}
    known = Known(webhook.model_copy(update={"url": there.url}))
    (outcome,) = await told(wire, known, attempts())
    if retried is None:
        assert outcome == Done()
        return
    failure = outcome.otherwise if isinstance(outcome, Retry) else outcome
    assert isinstance(failure, Failure)
    assert failure.reason == DeadReason.NOT_DELIVERED
    assert str(status) in failure.detail
    assert "hidden" not in failure.detail, "the path may be a secret"
    assert (outcome.most if isinstance(outcome, Retry) else 0) == retried
    assert known.of[SEARCH].last_error == failure.detail
    assert (known.of[SEARCH].failures, known.of[SEARCH].dead) == (1, 0 if retried else 1)


async def test_a_receiver_says_when_to_come_back(there: Receiver, wire: Wire, webhook: Webhook) -> None:
    there.status, there.headers = 429, {"Retry-After": "77"}
    (outcome,) = await told(wire, Known(webhook.model_copy(update={"url": there.url})), attempts())
    assert isinstance(outcome, Retry)
    assert outcome.after_s == 77


async def test_the_last_try_is_counted_as_dead(there: Receiver, wire: Wire, webhook: Webhook) -> None:
    there.status = 500
    known = Known(webhook.model_copy(update={"url": there.url}))
    for before, dead in ((2, 0), (3, 1), (0, 1)):
        await told(wire, known, attempts(before=before))
        assert known.of[SEARCH].dead == dead
    await told(wire, known, attempts(), delays="none")
    assert known.of[SEARCH].dead == 2


async def test_an_answer_that_is_too_long_is_one(there: Receiver, wire: Wire, webhook: Webhook) -> None:
    there.status, there.headers = 200, {"Content-Length": "9999999"}
    assert await told(wire, Known(webhook.model_copy(update={"url": there.url})), attempts()) == [Done()]


async def test_nobody_listens_and_the_rest_of_the_batch_waits(there: Receiver, wire: Wire, webhook: Webhook) -> None:
    other = webhook.model_copy(update={"search": "f" * 16, "url": there.url})
    known = Known(webhook.model_copy(update={"url": "http://127.0.0.1:9/"}), other)
    both = [one for pair in zip(attempts(30), attempts(30, search="f" * 16), strict=True) for one in pair]
    outcomes = await told(wire, known, both)
    assert all(isinstance(outcome, Retry) for outcome in outcomes[::2])
    assert outcomes[1::2] == [Done()] * 30
    assert "the connection failed" in (known.of[SEARCH].last_error or "")


async def test_a_receiver_that_hangs_costs_one_time_limit(
    there: Receiver, wire: Wire, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "LIMITS", Limits(total_s=0.3, first_byte_s=0.3))
    there.wait = threading.Event()
    outcomes = await told(wire, Known(webhook.model_copy(update={"url": there.url})), attempts(40))
    assert all(isinstance(outcome, Retry) for outcome in outcomes)
    assert len(there.got) <= deliver.AT_ONCE


async def test_private_addresses_are_not_reached(there: Receiver, webhook: Webhook) -> None:
    dns = SystemDns()
    guarded = Wire(Guard(dns, ()), "")
    guarded.open()
    try:
        for url in (there.url, there.url.replace("127.0.0.1", "localhost")):
            (outcome,) = await told(guarded, Known(webhook.model_copy(update={"url": url})), attempts())
            assert isinstance(outcome, Failure)
            assert "no public address" in outcome.detail
    finally:
        await guarded.close()
        dns.close()
    assert there.got == []


async def test_a_webhook_that_is_gone_is_told_of_nothing(wire: Wire) -> None:
    assert await told(wire, Known(), attempts(3)) == [Done()] * 3


async def test_where_nothing_can_be_noted_deliveries_are_not_repeated(
    there: Receiver, wire: Wire, webhook: Webhook
) -> None:
    class ReadOnly(Known):
        async def change(self, webhook: Webhook, how: Callable[[Webhook], Webhook]) -> None:
            raise Unavailable("the index takes no writes")

    assert await told(wire, ReadOnly(webhook.model_copy(update={"url": there.url})), attempts(3)) == [Done()] * 3
    assert len(there.got) == 3


def test_a_turn_has_an_end() -> None:
    assert turn_over(Turn(10.0), 9.0) is None
    late = turn_over(Turn(10.0), 11.0)
    assert late is not None
    assert "over 30 s" in late.otherwise.detail


def test_failures_are_counted_since_the_last_delivery(webhook: Webhook) -> None:
    now = datetime.now(UTC)
    once = noted(webhook, [DEAD, Retry(DEAD)], 1, now)
    assert (once.failures, once.dead, once.last_error, once.last_failed_at) == (2, 1, "no", now)
    mixed = noted(once, [Done(), DEAD], 1, now)
    assert (mixed.failures, mixed.dead, mixed.delivered) == (1, 2, 1)
    assert noted(mixed, [Done()], 0, now).failures == 0
