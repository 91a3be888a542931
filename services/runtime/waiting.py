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
    """Which dependencies do not answer, since when, and why; readiness asks here.

    Whoever notices says `by` what: work that waits, or the lookout (lookout.py). Each takes back only its own word:
    Elasticsearch may answer questions and refuse documents.
    """

    def __init__(self, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self._sleep = sleep
        self._down: dict[tuple[str, str], tuple[datetime, str]] = {}
        self._bells: dict[str, asyncio.Event] = {}

    def reasons(self) -> list[str]:
        """A sentence for each dependency that is down, by whom it was noticed first."""
        first: dict[str, tuple[datetime, str]] = {}
        for (name, _), said in sorted(self._down.items(), key=lambda item: item[1][0]):
            first.setdefault(name, said)
        return [f"{name} has been down since {stamp(since, 'seconds')}: {why}" for name, (since, why) in first.items()]

    def down(self, name: str, why: str, by: str = "work") -> None:
        """Note that `name` does not answer; the first time counts."""
        if (name, by) not in self._down:
            log.warning("dependency down", dependency=name, error=why, noticed_by=by)
            self._down[name, by] = (datetime.now(UTC), why)

    def up(self, name: str, by: str = "work") -> None:
        """Note that `name` answers (again); whoever waits for it tries at once."""
        if self._down.pop((name, by), None):
            log.info("dependency up again", dependency=name, noticed_by=by)
            if bell := self._bells.pop(name, None):
                bell.set()

    async def wait_for(self, name: str, attempt: Callable[[], Awaitable[T]]) -> T:
        """Await `attempt()` until it does not raise Unavailable; delays double up to 10 s, with jitter."""
        delay = FIRST_S
        while True:
            try:
                result = await attempt()
            except Unavailable as error:
                self.down(name, str(error))
                await self._pause(name, delay * random.uniform(0.7, 1.3))
                delay = min(delay * 2, MOST_S)
            else:
                self.up(name)
                return result

    async def _pause(self, name: str, seconds: float) -> None:
        """Sleep, or until somebody notes that `name` is back."""
        bell = self._bells.setdefault(name, asyncio.Event())
        waiting = {asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(bell.wait())}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
