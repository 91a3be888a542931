"""Whether a message is tried again, when, and what its headers tell: pure, without clock and Kafka.

Retries go through topics of their own, one a delay, so that no message waits for another that failed.
"""

from collections.abc import Sequence
from datetime import datetime

from services.contracts.headers import RETRY_PREFIX
from services.contracts.stamps import stamp
from services.contracts.topics import RETRIES
from services.runtime.stage import Later, Outcome, Postponed, Retry, Stage, Wait
from services.runtime.trace import Headers, without

ATTEMPTS, FIRST_AT, DUE, REASON = (RETRY_PREFIX + name for name in ("attempts", "first-at", "due", "reason"))
MOST_WAIT_S = 24 * 3600.0
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


def settled(outcome: Outcome, headers: Headers, stage: Stage, delays: Sequence[float], now: datetime) -> Outcome:
    """`outcome`; if it is a Retry, a Later or a Wait, either Postponed or what it is otherwise."""
    allowed = delays[: stage.tiers]
    match outcome:
        case Later(after_s=after_s):
            tier = waiting_tier(allowed, after_s)
        case Wait(after_s=after_s):
            tier = next_tier(0, allowed, after_s) if _waited_s(headers, now) + after_s <= MOST_WAIT_S else None
        case Retry(after_s=after_s, most=most):
            tier = next_tier(attempts_of(headers), allowed[:most], after_s)
        case _:
            return outcome
    if tier is None:
        return outcome.otherwise
    failed = isinstance(outcome, Retry)
    return Postponed(RETRIES[stage.reads.name][tier], allowed[tier], outcome.otherwise, failed)


def _waited_s(headers: Headers, now: datetime) -> float:
    """Seconds since the message was first put off; 0 when nothing says so."""
    try:
        return max(0.0, (now - datetime.fromisoformat(first_of(headers))).total_seconds())
    except (ValueError, TypeError):  # anyone may send headers: no time, or one without its zone
        return 0.0


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
    """When it was first put off, RFC 3339; empty when it has not been."""
    return _text(headers, FIRST_AT)[:40]


def due_ms(headers: Headers) -> int:
    """When the message is to be tried again, milliseconds since 1970; 0 when nothing is said."""
    return _number(headers, DUE)


def _number(headers: Headers, name: str) -> int:
    text = _text(headers, name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0


def _text(headers: Headers, name: str) -> str:
    return (dict(headers).get(name) or b"").decode("utf-8", "replace")
