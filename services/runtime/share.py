"""The part of all sites that is this worker's: those whose partition of the stage's topic Kafka has given to it.

So manners towards a host need no word between workers: one of them asks it, whoever that is. While Kafka deals the
partitions anew nobody asks anything, and they are not dealt before the requests under way have ended
(`on_partitions_revoked` comes before a consumer rejoins: KIP-429, eager protocol).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import structlog

from services.contracts.sites import SLOTS

HANDOVER_S = 12.0
"""Most that a rebalance is held up for requests under way; within the consumers' session time-out."""
log = structlog.get_logger()


class NotOurs(Exception):
    """The site is another worker's."""


async def _nothing(_: frozenset[int]) -> None:
    """There is nothing to be learnt."""


class Share:
    """Slots of sites (contracts/sites.py). `whole`: everything, for who works alone; else nothing until told.

    `learn` is told of slots before they are ours; it bounds its own time and raises nothing.
    """

    def __init__(self, *, whole: bool = False, learn: Callable[[frozenset[int]], Awaitable[None]] = _nothing) -> None:
        self._learn = learn
        self._slots = frozenset(range(SLOTS)) if whole else frozenset[int]()
        self.dealt = 0
        """How often partitions were dealt anew."""
        self.since = float("-inf")
        """When they were dealt last, by time.monotonic(): whatever others asked of our sites, they asked before."""
        self._settled = asyncio.Event()
        self._active = 0
        self._idle = asyncio.Event()
        self._idle.set()
        if whole:
            self._settled.set()

    @property
    def slots(self) -> frozenset[int]:
        """The slots that are ours as far as we know."""
        return self._slots

    @property
    def is_whole(self) -> bool:
        return len(self._slots) == SLOTS

    async def settled(self) -> None:
        """Wait until it is known what is ours."""
        await self._settled.wait()

    async def check(self, slot: int, home: int | None = None) -> None:
        """Raises NotOurs unless sites in `slot` are ours, once it is known.

        `home`: the only slot that has to be ours; what else an address leads to is asked anyway.
        """
        while not self._settled.is_set():  # again: it may have been taken back before we had our turn
            await self._settled.wait()
        if slot not in self._slots and home in (None, slot):
            raise NotOurs

    @asynccontextmanager
    async def use(self, slot: int, home: int | None = None) -> AsyncIterator[None]:
        """For the time of one request to a site in `slot`. Raises as `check` does."""
        await self.check(slot, home)
        self._active += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._active -= 1
            if not self._active:
                self._idle.set()

    async def revoked(self) -> None:
        """All is about to be dealt anew: start nothing, and wait for what is under way."""
        self._settled.clear()
        self.dealt += 1
        try:
            async with asyncio.timeout(HANDOVER_S):
                await self._idle.wait()
        except TimeoutError:
            log.warning("requests are still under way while partitions are dealt anew", requests=self._active)

    async def assigned(self, partitions: Iterable[int], total: int) -> None:
        """These of `total` partitions are ours."""
        mine = frozenset(partitions)
        self._slots = frozenset(slot for slot in range(SLOTS) if slot % total in mine)
        await self._learn(self._slots)
        self.since = time.monotonic()
        self._settled.set()
