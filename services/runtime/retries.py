"""Whether a message is tried again, when, and what its headers tell: pure, without clock and Kafka.

Retries go through topics of their own, one a delay, so that no message waits for another that failed.
"""

from collections.abc import Sequence
from datetime import datetime

from services.contracts.headers import RETRY_PREFIX
from services.contracts.stamps import stamp
from services.contracts.topics import RETRIES
from services.runtime.stage import Later, Outcome, Postponed, Retry, Stage
from services.runtime.trace import Headers, without

ATTEMPTS, FIRST_AT, DUE, REASON = (RETRY_PREFIX + name for name in ("attempts", "first-at", "due", "reason"))
_MOST_DIGITS = 15


def next_tier(attempts: int, delays: Sequence[float], after_s: float = 0.0) -> int | None:
    """Index into `delays` for a message that failed `attempts` times before; None when it is to be given up.

    Each try takes the next delay, or the first after it that is at least `after_s`, else the last.
    """
    left = range(attempts, len(delays))
    if not left:
        return None
    return next((tier for tier in left if delays[tier] >= after_s), left[-1])


def waiting_tier(delays: Sequence[float], after_s: float) -> int | None:
    """Index into `delays` of the longest that is over in `after_s` seconds, else the first; None when there is none."""
    return max((n for n, delay in enumerate(delays) if delay <= after_s), default=0) if delays else None


def settled(outcome: Outcome, headers: Headers, stage: Stage, delays: Sequence[float]) -> Outcome:
    """`outcome`; if it is a Retry or a Later, either Postponed or what it is otherwise."""
    if isinstance(outcome, Later):
        tier = waiting_tier(delays[: stage.tiers], outcome.after_s)
        if tier is None:
            return outcome.otherwise
        return Postponed(RETRIES[stage.reads.name][tier], delays[tier], outcome.otherwise, failed=False)
    if not isinstance(outcome, Retry):
        return outcome
    allowed = delays[: min(stage.tiers, outcome.most)]
    tier = next_tier(attempts_of(headers), allowed, outcome.after_s)
    if tier is None:
        return outcome.otherwise
    return Postponed(RETRIES[stage.reads.name][tier], allowed[tier], outcome.otherwise)


def retry_headers(headers: Headers, postponed: Postponed, now: datetime) -> Headers:
    """The message's headers, and when it is due; for a failure, that it was tried once more."""
    story = {
        ATTEMPTS: str(attempts_of(headers) + postponed.failed),
        FIRST_AT: first_of(headers) or stamp(now),
        DUE: str(int((now.timestamp() + postponed.delay_s) * 1000)),
        REASON: str(postponed.otherwise.reason),
    }
    return [*without(headers, RETRY_PREFIX), *((name, value.encode()) for name, value in story.items())]


def attempts_of(headers: Headers) -> int:
    """How often the message was tried before. Anyone may send headers: what is no count is none."""
    return _number(headers, ATTEMPTS)


def first_of(headers: Headers) -> str:
    """When it first failed, RFC 3339; empty when it has not."""
    return _text(headers, FIRST_AT)[:40]


def due_ms(headers: Headers) -> int:
    """When the message is to be tried again, milliseconds since 1970; 0 when nothing is said."""
    return _number(headers, DUE)


def _number(headers: Headers, name: str) -> int:
    text = _text(headers, name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0


def _text(headers: Headers, name: str) -> str:
    return (dict(headers).get(name) or b"").decode("utf-8", "replace")
