"""Learned furniture in the service: pages go to the worker processes with what recurs on their host, and what the
workers see there is remembered.

None of it is needed for cleaning. While Elasticsearch does not answer, the stage goes on with what this process knows.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import structlog
from prometheus_client import Counter, Gauge

from services.clean.furniture_index import FurnitureIndex
from services.clean.learned import extraction, host_of
from services.clean.limits import CleanLimits
from services.clean.memories import Memories
from services.clean.sightings import Recurring, Sighting
from services.contracts.fates import Skip
from services.contracts.messages import PageMessage
from services.runtime.elastic import async_client
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.stage import Forward, Outcome

# counter: lines of articles that were dropped since they recur on their host
LINES = Counter("newsloom_learned_lines", "Lines dropped because they recur over a host's articles")
# gauge: hosts whose memory this process has
HOSTS = Gauge("newsloom_learned_hosts", "Hosts whose recurring lines are known to this process")

KEEP_S = 10.0
"""Seconds between two writes; a worker that is killed forgets at most what it saw since the last."""
PAUSE_S = 30.0
"""Seconds for which an Elasticsearch that did not answer is not asked for memories."""
PRUNE_S = 3600.0
LAST_S = 5.0  # for the last write, when the service stops
log = structlog.get_logger()


@dataclass(frozen=True)
class Asked:
    """A page on its way to a worker process."""

    page: PageMessage
    recurs: Recurring


@dataclass(frozen=True)
class Learnt(Forward):
    """An article on its way back, and what is to be remembered of it."""

    host: str
    seen: Sighting | None
    dropped: int


def learnt(asked: Asked, limits: CleanLimits) -> Outcome:
    """What a worker process makes of a page. Raises BadInput."""
    made = extraction(asked.page, limits, asked.recurs)
    if isinstance(made.outcome, Skip):
        return made.outcome
    return Learnt(made.outcome, made.host, made.seen, made.dropped)


class Learning:
    """Remembers what `work` sees, and has `index` keep it."""

    def __init__(self, work: Callable[[Sequence[Asked]], Awaitable[list[Outcome]]], index: FurnitureIndex) -> None:
        self._work = work
        self._index = index
        self._memories = Memories()
        self._asks_from = 0.0

    async def process(self, pages: Sequence[Any]) -> list[Outcome]:
        """Outcomes of PageMessages, in order."""
        await self._recall({host for host in map(host_of, pages) if host and host not in self._memories})
        asked = [Asked(page, self._memories.recurring(host_of(page))) for page in pages]
        outcomes = [self._remember(outcome) for outcome in await self._work(asked)]
        HOSTS.set(len(self._memories))
        return outcomes

    async def run(self) -> None:
        """For ever: keep what changed, and now and then make room."""
        pruned_at = time.monotonic()
        while True:
            await asyncio.sleep(KEEP_S * random.uniform(0.8, 1.2))
            try:
                await self.keep()
                if time.monotonic() > pruned_at + PRUNE_S:
                    pruned_at = time.monotonic()
                    while gone := await self._index.prune():
                        log.info("hosts forgotten that brought nothing for longest", hosts=gone)
            except Unavailable as error:
                log.warning("what was learned of hosts can not be kept now", error=str(error)[:300])

    async def keep(self) -> None:
        """Have what changed kept, and know what others kept of the same hosts. Raises Unavailable."""
        changed = self._memories.take_changed()
        kept: set[str] = set()
        try:
            for host, memory in (await self._index.save(changed)).items():
                kept.add(host)
                if host in self._memories:
                    self._memories.join(host, memory)
        finally:
            self._memories.give_back(changed.keys() - kept)

    async def _recall(self, hosts: Collection[str]) -> None:
        if not hosts or time.monotonic() < self._asks_from:
            return
        try:
            for host, memory in (await self._index.load(hosts)).items():
                self._memories.join(host, memory)
        except Unavailable as error:
            self._asks_from = time.monotonic() + PAUSE_S
            log.warning("cleaning goes on without what was learned of hosts", error=str(error)[:300])

    def _remember(self, outcome: Outcome) -> Outcome:
        if not isinstance(outcome, Learnt):
            return outcome
        if outcome.host and outcome.seen:
            # A page that says it was read in the future would be the newest for ever.
            at = min(outcome.seen.at, int(time.time()))
            self._memories.add(outcome.host, replace(outcome.seen, at=at))
        LINES.inc(outcome.dropped)
        return Forward(outcome.message)


@asynccontextmanager
async def learning(
    settings: Settings, work: Callable[[Sequence[Asked]], Awaitable[list[Outcome]]]
) -> AsyncIterator[Learning]:
    """Has the last kept at the end, if Elasticsearch takes it at once."""
    es = async_client(settings)
    learner = Learning(work, FurnitureIndex(es, settings))
    try:
        yield learner
    finally:
        try:
            await asyncio.wait_for(learner.keep(), LAST_S)
        except (Unavailable, TimeoutError) as error:
            log.warning("what was learned last is not kept", error=str(error)[:300])
        await es.close()
