"""Judgements of the supervisor, free of clocks and processes."""

from dataclasses import dataclass

FIRST_DELAY_S = 1.0
MOST_DELAY_S = 30.0
STEADY_S = 60.0


@dataclass
class Backoff:
    """How long to wait before the next start: 1 s, 2 s, … 30 s; 1 s again after a run of a minute."""

    failures: int = 0

    def ended(self, ran_s: float) -> float:
        """Note that a run of `ran_s` seconds ended; how many seconds to wait."""
        self.failures = 1 if ran_s >= STEADY_S else self.failures + 1
        return float(min(FIRST_DELAY_S * 2 ** min(self.failures - 1, 10), MOST_DELAY_S))


@dataclass
class Silence:
    """How long a process has not answered. `last` in seconds of any monotonic clock."""

    last: float

    def too_long(self, now: float, *, answered: bool, limit_s: float) -> bool:
        """Note whether it answered now; whether it has not for `limit_s` seconds."""
        if answered:
            self.last = now
        return now - self.last >= limit_s
