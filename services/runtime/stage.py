"""What a stage is: a topic to read, a function from messages to outcomes, a topic to write.

The function answers each message of a batch, in order, with one of

- `Forward(message)`  it goes on to the topic that the stage writes,
- `Skip(reason, detail)`  it rightly ends here,
- `Failure(reason, …)` or `BadInput`  it is dead: bad data, or a bug of ours,
- `Done()`  it is dealt with and nothing follows,
- `Retry(otherwise)`  it failed for the moment; it comes again later, or `otherwise` comes true (retries.py),
- `Later(after_s, …)`  its turn has not come yet; it comes again, and nothing counts that as a failure,
- `Wait(after_s, …)`  it must not be tried for so long; it comes again then, and nothing counts that as a failure,
- `Elsewhere(message)`  another worker's; it goes to that one's partition of the topic that the stage reads.

It raises `Unavailable` when a dependency is down; the batch is then tried again, however long it takes.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.contracts.fates import BadInput, DeadReason, Skip
from services.contracts.messages import Message, Origin
from services.contracts.topics import RETRY_TIERS, Topic
from services.runtime.share import Share
from services.runtime.trace import Headers


@dataclass(frozen=True)
class Forward:
    """The message goes on, as this one."""

    message: Message


@dataclass(frozen=True)
class Done:
    """Dealt with; nothing follows."""


@dataclass(frozen=True)
class Failure:
    """An exception, in a form that crosses process borders."""

    reason: DeadReason
    error_class: str
    detail: str

    @classmethod
    def of(cls, error: BaseException) -> "Failure":
        """What to say of `error`: its own reason if it has one, else that it is a bug."""
        if isinstance(error, BadInput):
            return cls(error.reason, "BadInput", error.detail)
        return cls(DeadReason.BUG, type(error).__name__, f"{type(error).__name__}: {error}"[:2000])


@dataclass(frozen=True)
class Retry:
    """Try again, at least `after_s` seconds from now; when tries are used up (at most `most`), `otherwise` is true."""

    otherwise: Skip | Failure
    after_s: float = 0.0
    most: int = RETRY_TIERS


@dataclass(frozen=True)
class Later:
    """Come again in about `after_s` seconds, however often; `otherwise` is true where no topic can keep it waiting."""

    after_s: float
    otherwise: Skip


@dataclass(frozen=True)
class Wait:
    """Come again in `after_s` seconds or more; `otherwise` is true where that would be more than a day after the
    message was first put off."""

    after_s: float
    otherwise: Skip


@dataclass(frozen=True)
class Postponed:
    """A Retry for which there is a try left, a Later or a Wait: the message waits on `topic` for `delay_s` seconds."""

    topic: Topic
    delay_s: float
    otherwise: Skip | Failure
    failed: bool = True


@dataclass(frozen=True)
class Elsewhere:
    """The message, on the partition of its site (contracts/sites.py), which another worker reads; None: unchanged."""

    message: Message | None = None


Outcome = Forward | Skip | Failure | Done | Retry | Later | Wait | Postponed | Elsewhere


@dataclass(frozen=True)
class Delivery:
    """One Kafka message as it arrived, and the id under which its page is known."""

    key: bytes | None
    value: bytes
    headers: Headers
    timestamp_ms: int
    origin: Origin

    @property
    def arrived_at(self) -> datetime:
        """Kafka's timestamp of the message, UTC; the same again on every replay."""
        return datetime.fromtimestamp(self.timestamp_ms / 1000, UTC)


Process = Callable[[Sequence[Message]], Awaitable[Sequence[Outcome]]]


@dataclass(frozen=True)
class Stage:
    """One reader of one topic.

    `fates`: which of the fates skipped and dead it gives; where messages are no pages on their way, none.

    `onlooker`: reads along beside the topic's own stage; it gives no fate, sends no dead letter and never halts.
    `halts`: whether it stops when too much of what it reads is dead.
    `tiers`: how many retry topics it uses; 0: a Retry is what it would be otherwise.
    `needs`: the dependency that is down when `process` raises Unavailable.
    `lanes`: how many batches it has in work at once; `batch`: the most messages of one, instead of the setting.
    `share`: told which partitions of the topic this worker has.
    `confirmed`: told of a message when all that follows from it is on its way for good.
    """

    name: str
    reads: Topic
    process: Process
    writes: Topic | None = None
    fates: frozenset[str] = frozenset({"skipped", "dead"})
    onlooker: bool = False
    halts: bool = True
    tiers: int = 0
    needs: str = "elasticsearch"
    lanes: int = 1
    batch: int | None = None
    share: Share | None = None
    confirmed: Callable[[Message], None] = lambda _: None
    prepare: Callable[[Message, Delivery], Message] = lambda message, _: message
