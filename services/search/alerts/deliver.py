"""Delivers alerts to webhooks; one that does not answer is left alone for the rest of the batch."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from services.contracts.fates import DeadReason
from services.contracts.messages import Alert, Message
from services.runtime.alive import alive
from services.runtime.errors import Unavailable
from services.runtime.retries import attempts_of, next_tier
from services.runtime.settings import Settings
from services.runtime.stage import Delivery, Done, Failure, Outcome, Retry
from services.runtime.web.errors import BadStatus, FetchError, TooLarge, Unreachable
from services.runtime.web.response import Limits
from services.runtime.web.target import Target, parse_target
from services.runtime.web.wire import Budget, Redirect, Wire
from services.search.alerts.signing import signed
from services.search.webhooks import Webhook, Webhooks

LIMITS = Limits(total_s=10.0, first_byte_s=10.0, max_wire_bytes=65_536, max_bytes=65_536)
AT_ONCE = 4
"""Deliveries to one webhook at the same time."""
TURN_S = 30.0
"""For one webhook's alerts of one batch; what is left then is tried later."""
log = structlog.get_logger()


class Attempt(Alert):
    """An alert, and how often it was tried before."""

    attempts: int = 0


def attempt_of(message: Message, delivery: Delivery) -> Message:
    """`prepare` of the stage: the message with what its headers say."""
    return Attempt(**dict(message), attempts=attempts_of(delivery.headers))


@dataclass
class Turn:
    """A webhook's turn in a batch: until when it lasts, and why nothing more is sent in it."""

    ends: float
    down: Failure | None = None


class Courier:
    """Sends each alert of a batch to its webhook."""

    def __init__(self, wire: Wire, webhooks: Webhooks, settings: Settings) -> None:
        self._wire, self._webhooks, self._delays = wire, webhooks, settings.retry_delays

    async def process(self, messages: Sequence[Message]) -> list[Outcome]:
        """One batch. Raises Unavailable."""
        attempts = [message for message in messages if isinstance(message, Attempt)]
        webhooks = await self._webhooks.some(attempt.search for attempt in attempts)
        of_each = {search: [a for a in attempts if a.search == search] for search in webhooks}
        told = await asyncio.gather(*(self._turn(webhooks[search], mine) for search, mine in of_each.items()))
        outcomes = {search: iter(mine) for search, mine in zip(of_each, told, strict=True)}
        # A search whose webhook was taken away is told of nothing more.
        return [next(outcomes[a.search]) if a.search in outcomes else Done() for a in attempts]

    async def _turn(self, webhook: Webhook, attempts: Sequence[Attempt]) -> list[Outcome]:
        turn, door = Turn(time.monotonic() + TURN_S), asyncio.Semaphore(AT_ONCE)

        async def one(attempt: Attempt) -> Outcome:
            async with door:
                outcome = turn_over(turn, time.monotonic()) or await self._send(webhook, attempt, turn)
            alive()
            return outcome

        outcomes = await asyncio.gather(*(one(attempt) for attempt in attempts))
        last = [self._is_last(attempt, outcome) for attempt, outcome in zip(attempts, outcomes, strict=True)]
        await self._note(webhook, outcomes, sum(last))
        return list(outcomes)

    async def _note(self, webhook: Webhook, outcomes: Sequence[Outcome], dead: int) -> None:
        """Have its owner see what came of a turn. What can not be written now is logged and no more: to wait for it, as
        for an index that takes no writes, would deliver the same alerts again and again."""
        now = datetime.now(UTC)
        try:
            await self._webhooks.change(webhook, lambda known: noted(known, outcomes, dead, now))
        except Unavailable as error:
            log.warning("deliveries are not counted", search=webhook.search, count=len(outcomes), error=str(error))

    async def _send(self, webhook: Webhook, attempt: Attempt, turn: Turn) -> Outcome:
        body, headers = signed(attempt, webhook.secret, datetime.now(UTC))
        target = parse_target(webhook.url)
        try:
            answer = await self._wire.exchange(target, LIMITS, Budget(LIMITS.total_s), headers, body)
        except TooLarge:  # after a status that says it was taken
            return Done()
        except FetchError as error:
            failure = Failure(DeadReason.NOT_DELIVERED, type(error).__name__, _words(error, target))
            if isinstance(error, Unreachable):
                turn.down = failure
            return Retry(failure, error.retry_after_s or 0.0, error.later) if error.later else failure
        if isinstance(answer, Redirect):
            text = f"{target.origin} redirects (status {answer.status}), which is not followed"
            return Failure(DeadReason.NOT_DELIVERED, "Redirect", text)
        return Done()

    def _is_last(self, attempt: Attempt, outcome: Outcome) -> bool:
        """Whether `outcome` is the alert's death."""
        if isinstance(outcome, Retry):
            return next_tier(attempt.attempts, self._delays[: outcome.most]) is None
        return isinstance(outcome, Failure)


def turn_over(turn: Turn, now: float) -> Retry | None:
    """What becomes of an alert for which there is no time in this turn; None while there is. Pure."""
    if turn.down:
        return Retry(turn.down)
    if now > turn.ends:
        text = f"the receiver took over {TURN_S:g} s for the alerts before this one"
        return Retry(Failure(DeadReason.NOT_DELIVERED, "TimedOut", text))
    return None


def noted(webhook: Webhook, outcomes: Sequence[Outcome], dead: int, now: datetime) -> Webhook:
    """The webhook with what came of a turn. Pure."""
    failures = [_failure(outcome) for outcome in outcomes if not isinstance(outcome, Done)]
    delivered = len(outcomes) - len(failures)
    update: dict[str, object] = {"delivered": webhook.delivered + delivered, "dead": webhook.dead + dead}
    update["failures"] = (0 if delivered else webhook.failures) + len(failures)
    if delivered:
        update["last_delivered_at"] = now
    if failures:
        update |= {"last_failed_at": now, "last_error": failures[0]}
    return webhook.model_copy(update=update)


def _failure(outcome: Outcome) -> str:
    ended = outcome.otherwise if isinstance(outcome, Retry) else outcome
    return ended.detail if isinstance(ended, Failure) else ""


def _words(error: FetchError, target: Target) -> str:
    """What went wrong, without the path, which may be secret."""
    return f"{target.origin} answered HTTP status {error.status}" if isinstance(error, BadStatus) else str(error)
