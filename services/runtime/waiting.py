"""Waiting for a dependency that is down: with backoff, for as long as it takes, and visibly so."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import structlog

from services.contracts.stamps import stamp
from services.runtime.errors import Unavailable

FIRST_S = 0.2
MOST_S = 10.0
T = TypeVar("T")
log = structlog.get_logger()


class Dependencies:
    """Which dependencies are being waited for, since when, and why; readiness asks here."""

    def __init__(self, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self._sleep = sleep
        self._down: dict[str, tuple[datetime, str]] = {}

    def reasons(self) -> list[str]:
        """A sentence for each dependency that is down."""
        return [
            f"{name} has been down since {stamp(since, 'seconds')}: {why}" for name, (since, why) in self._down.items()
        ]

    def down(self, name: str, why: str) -> None:
        """Note that `name` does not answer; the first time counts."""
        if name not in self._down:
            log.warning("dependency down", dependency=name, error=why)
            self._down[name] = (datetime.now(UTC), why)

    def up(self, name: str) -> None:
        """Note that `name` answers (again)."""
        if self._down.pop(name, None):
            log.info("dependency up again", dependency=name)

    async def wait_for(self, name: str, attempt: Callable[[], Awaitable[T]]) -> T:
        """Await `attempt()` until it does not raise Unavailable; delays double up to 10 s, with jitter."""
        delay = FIRST_S
        while True:
            try:
                result = await attempt()
            except Unavailable as error:
                self.down(name, str(error))
                await self._sleep(delay * random.uniform(0.7, 1.3))
                delay = min(delay * 2, MOST_S)
            else:
                self.up(name)
                return result
