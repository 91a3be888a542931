"""What one worker knows of one host, and whether there is a point in waiting for it."""

import asyncio
import time

from services.fetch.handover import Handover
from services.runtime.web.errors import HostDown, Paused

MAX_PAUSE_S = 30.0
"""Longest Retry-After that is waited for; a request that would wait longer fails at once."""
NEVER = float("-inf")


class Host:
    """One host as this worker knows it; times on the monotonic clock."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()  # first come, first served
        self.waiting = 0
        self.last_end = NEVER
        self.paused_until = NEVER
        self.down_until = NEVER
        self.failures = 0
        self.why = ""
        self.held_since = NEVER
        self.held_until = NEVER

    def take_over(self, known: Handover) -> None:
        """Go on from where the worker before left off."""
        now = time.monotonic()
        if known.ended_ago_s is not None:
            self.last_end = max(self.last_end, now - known.ended_ago_s)
        self.paused_until = max(self.paused_until, now + known.paused_for_s)
        self.down_until = max(self.down_until, now + known.down_for_s)
        self.failures, self.why = known.failures, known.why or self.why

    def handover(self) -> Handover:
        """What the next worker should know."""
        now = time.monotonic()
        return Handover(
            ended_ago_s=max(0.0, now - self.last_end) if self.last_end > NEVER else None,
            paused_for_s=max(0.0, self.paused_until - now),
            down_for_s=max(0.0, self.down_until - now),
            failures=self.failures,
            why=self.why,
        )

    def refuse(self, host: str) -> None:
        """Raises HostDown or Paused when there is no point in waiting."""
        now = time.monotonic()
        if now < self.down_until:
            raise HostDown(
                f"{host} did not answer {self.failures} times in a row and is left alone; last: {self.why}",
                self.down_until - now,
            )
        if self.paused_until - now > MAX_PAUSE_S:
            raise Paused(
                f"{host} asks to be left alone for {self.paused_until - now:.0f} s more: {self.why}",
                self.paused_until - now,
            )
