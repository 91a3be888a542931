"""Headers of dead letters: the message itself stays untouched, the headers tell its story."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.contracts.headers import RETRY_PREFIX
from services.contracts.messages import Origin
from services.contracts.stamps import stamp
from services.runtime.retries import attempts_of, first_of
from services.runtime.stage import Delivery, Failure
from services.runtime.trace import Headers, without

PREFIX = "dead-"


@dataclass(frozen=True)
class DeadContext:
    """Why, where and when a message died. Times are RFC 3339, UTC."""

    stage: str
    reason: str
    error_class: str
    error: str
    attempts: int
    first_at: str
    last_at: str
    origin: Origin

    def headers(self) -> Headers:
        """This context as Kafka headers, all text in UTF-8."""
        fields = {
            "stage": self.stage,
            "reason": self.reason,
            "error-class": self.error_class,
            "error": self.error[:2000],
            "attempts": self.attempts,
            "first-at": self.first_at,
            "last-at": self.last_at,
            "origin-topic": self.origin.topic,
            "origin-partition": self.origin.partition,
            "origin-offset": self.origin.offset,
        }
        return [(PREFIX + name, str(value).encode("utf-8", "backslashreplace")) for name, value in fields.items()]


def dead_headers(delivery: Delivery, stage: str, failure: Failure, now: datetime) -> Headers:
    """The message's own headers and the story of its death; a death after a replay counts on."""
    before = read_context(delivery.headers)
    attempts = before.get("attempts", "")
    died_at = stamp(now)
    context = DeadContext(
        stage=stage,
        reason=failure.reason,
        error_class=failure.error_class,
        error=failure.detail,
        # Anyone may send headers: what is no count is not counted on.
        attempts=(int(attempts) if attempts.isdecimal() and len(attempts) < 10 else 0)
        + attempts_of(delivery.headers)
        + 1,
        first_at=before.get("first-at", "")[:40] or first_of(delivery.headers) or died_at,
        last_at=died_at,
        origin=delivery.origin,
    )
    return [*without(own_headers(delivery.headers), RETRY_PREFIX), *context.headers()]


def own_headers(headers: Iterable[tuple[str, bytes | None]]) -> Headers:
    """The headers that the message had before it died."""
    return without(headers, PREFIX)


def replay_headers(headers: Iterable[tuple[str, bytes | None]]) -> Headers:
    """Headers to send a dead message again with: its own, and how often it has died."""
    kept = {PREFIX + "attempts", PREFIX + "first-at"}
    return [(n, v) for n, v in headers if not n.startswith(PREFIX) or n in kept]


def read_context(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """The story in `headers`, by names without the prefix."""
    return {n.removeprefix(PREFIX): (v or b"").decode("utf-8", "replace") for n, v in headers if n.startswith(PREFIX)}
