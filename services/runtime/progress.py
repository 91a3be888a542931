"""What a stage has done so far: for Prometheus, for /status, and for the watchdog."""

import time
from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

from services.contracts.fates import Skip
from services.runtime.stage import Done, Elsewhere, Failure, Forward, Outcome, Postponed

# counter: messages by what became of them; `reason` is empty for those that went on
MESSAGES = Counter("newsloom_messages", "Messages by outcome", ["stage", "outcome", "reason"])
# histogram, seconds: from taking a batch until it is acknowledged
BATCH_SECONDS = Histogram("newsloom_batch_seconds", "Time a batch takes", ["stage"])
# gauge: messages on the topic that the stage has not acknowledged yet
LAG = Gauge("newsloom_lag", "Messages waiting", ["stage"])
# gauge: 1 when the service is ready
READY = Gauge("newsloom_ready", "Whether the service is ready", ["service"])

_KINDS = {
    Forward: "forwarded",
    Done: "forwarded",
    Skip: "skipped",
    Failure: "dead",
    Postponed: "retried",
    Elsewhere: "passed_on",
}
RATE_WINDOW_S = 10.0


class Progress:
    """Counts of one stage since its process started."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.counts: Tally[str] = Tally()
        self.lag: int | None = None
        self.batches = 0
        self.halted: str | None = None
        self.ticks = 0
        self._finished: list[tuple[float, int]] = []

    @property
    def busy(self) -> bool:
        """Whether a batch is in work."""
        return self.batches > 0

    @contextmanager
    def batch(self) -> Iterator[None]:
        """The time that a batch is in work."""
        self.batches += 1
        try:
            yield
        finally:
            self.batches -= 1

    def tick(self) -> None:
        """A sign of life: something moved."""
        self.ticks += 1

    def record(self, outcomes: Sequence[Outcome]) -> None:
        """Count outcomes that came true."""
        self.tick()
        self.counts["in"] += len(outcomes)
        for outcome in outcomes:
            kind = _KINDS[type(outcome)]
            self.counts[kind] += 1
            reason = _reason(outcome)
            MESSAGES.labels(self.stage, kind, reason).inc()
        self._finished.append((time.monotonic(), len(outcomes)))

    def set_lag(self, lag: int) -> None:
        """Messages that wait, as the broker tells."""
        self.lag = lag
        LAG.labels(self.stage).set(lag)

    def rate(self) -> float:
        """Messages a second over the last ten seconds."""
        since = time.monotonic() - RATE_WINDOW_S
        self._finished = [(at, n) for at, n in self._finished if at >= since]
        return sum(n for _, n in self._finished) / RATE_WINDOW_S

    def status(self) -> dict[str, Any]:
        """Counts for /status."""
        kinds = {kind: self.counts[kind] for kind in ("in", "forwarded", "skipped", "dead", "retried", "passed_on")}
        return {"stage": self.stage, **kinds, "lag": self.lag, "rate": round(self.rate(), 2)}


def _reason(outcome: Outcome) -> str:
    told = outcome.otherwise if isinstance(outcome, Postponed) else outcome
    return str(told.reason) if isinstance(told, Skip | Failure) else ""
