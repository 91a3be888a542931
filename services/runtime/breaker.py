"""Stops a stage whose messages mostly die, before a bug of ours drains good data onto the dead topic.

The idea is the dead letter limit of Sentry's arroyo: a few bad messages are the sender's fault, many are ours.
"""

from collections import deque
from collections.abc import Sequence

from services.runtime.stage import Failure, Outcome


class DeadRatio:
    """The part of the last `window` messages that died; judged once half the window is filled."""

    def __init__(self, limit: float, window: int) -> None:
        self._limit = limit
        self._window = window
        self._recent: deque[bool] = deque(maxlen=window)

    def would_exceed(self, outcomes: Sequence[Outcome]) -> str | None:
        """The reason to stop if these outcomes came true, else None; nothing is recorded."""
        recent = [*self._recent, *(isinstance(o, Failure) for o in outcomes)][-self._window :]
        if len(recent) < self._window // 2:
            return None
        ratio = sum(recent) / len(recent)
        last = next((o.detail for o in reversed(outcomes) if isinstance(o, Failure)), None)
        if ratio <= self._limit or last is None:  # a batch without a dead message may always pass
            return None
        return (
            f"{sum(recent)} of the last {len(recent)} messages could not be processed (limit {self._limit:.0%}), "
            f"the last for: {last[:300]}. Stopped so that nothing more goes to the dead topic. Mend the cause and "
            "restart the service, or set NEWSLOOM_DEAD_RATIO_LIMIT=1 if the messages themselves are bad"
        )

    def record(self, outcomes: Sequence[Outcome]) -> None:
        """Count outcomes that came true."""
        self._recent.extend(isinstance(o, Failure) for o in outcomes)
