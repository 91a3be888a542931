"""Writes many documents: several bulk requests at once, of a size that follows the cluster; items are retried alone.

Of two writes of one id any may arrive first: versions settle it. Whoever needs an order keeps them apart (archive.py).
"""

import asyncio
import heapq
import itertools
import random
import time
from collections import deque
from collections.abc import Iterable, Sequence

from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from services.index.bulk import FILTER, Answer, Kind, Route, Write, judge
from services.index.generations import homes
from services.index.pace import DEFAULT, Limits, Pace
from services.index.stored import expect_winners
from services.index.waiting_line import Item, WaitingLine
from services.runtime.alive import alive
from services.runtime.errors import Unavailable

TURNS = 2  # of the event loop until a request is on the wire: aiohttp 3.14 writes its body in a task of its own
_SPLIT = {400, 413}  # too large, or one item spoils the request; 400 of a whole request names no item


class Writer:
    """Writes through one client; what it learns of the cluster's pace stays from call to call."""

    def __init__(self, es: AsyncElasticsearch, limits: Limits = DEFAULT) -> None:
        self.es = es
        # Retries of the transport would come at once, and hide from us that the cluster is busy.
        self.bulk = es.options(max_retries=0)
        self.limits = limits
        self.pace = Pace(limits)

    async def write(self, writes: Iterable[Write], count: int, *, searchable: bool = False) -> list[Answer]:
        """WRITTEN, STALE or REFUSED for each of the `count` writes, which may be made as they are asked for.

        `searchable`: an answer comes once searches find the document (up to the index's refresh interval, 1 s).
        Raises Unavailable when the cluster is down, busy or blocked: all may be sent again then, versions make that
        harmless. Raises RuntimeError when a write's `then` is refused.
        """
        run = _Run(self, writes, count, searchable)
        try:
            return await run.all()
        finally:
            await run.stop()

    async def write_all(self, writes: Sequence[Write]) -> list[Answer]:
        """The same for writes that are at hand."""
        return await self.write(writes, len(writes))


class _Run:
    """One call of `write`."""

    def __init__(self, writer: Writer, writes: Iterable[Write], count: int, searchable: bool) -> None:
        self._writer, self._pace, self._limits = writer, writer.pace, writer.limits
        self._first = WaitingLine(Item(write, place) for place, write in enumerate(writes))
        self._followers = WaitingLine()
        self._refresh = "wait_for" if searchable else None
        self._count = self._left = count
        self._cut: deque[list[Item]] = deque()  # requests that the server found too large, in halves
        self._delayed: list[tuple[float, int, Item]] = []
        self._order = itertools.count()
        self._tasks: set[asyncio.Task[list[tuple[Item, Answer]]]] = set()
        self._answers: list[Answer | None] = [None] * count
        self._failing_since: float | None = None
        self._lost: list[tuple[str, str, int]] = []

    async def all(self) -> list[Answer]:
        while True:
            self._wake()
            while len(self._tasks) < self._pace.in_flight and (batch := self._take()):
                self._tasks.add(asyncio.create_task(self._send(batch)))
                for _ in range(TURNS):
                    await asyncio.sleep(0)  # let it leave before the next is made
            if not self._tasks and not self._delayed:
                break
            await self._settle_some()
        await expect_winners(self._writer.es, self._lost)
        return [answer for answer in self._answers if answer is not None]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _wake(self) -> None:
        while self._delayed and self._delayed[0][0] <= time.monotonic():
            item = heapq.heappop(self._delayed)[2]
            (self._followers if item.place is None else self._first).add(item)

    def _take(self) -> list[Item]:
        """The next request: what came first, or when there are many, or none is left of the others, what follows.

        They are not mixed: every shard that a request touches syncs its translog for it.
        """
        if self._cut:
            return self._cut.popleft()
        many, size = self._limits.many_followers, self._pace.bytes
        if len(self._followers) >= many:
            return self._followers.take(many, size)
        batch = self._first.take(self._pace.share(self._left, self._count), size)
        self._left = max(0, self._left - len(batch))  # retries are counted twice
        return batch or self._followers.take(many, size)

    async def _send(self, batch: list[Item]) -> list[tuple[Item, Answer]]:
        allowed, size, began = self._pace.bytes, sum(len(item.line) for item in batch), time.monotonic()
        try:
            body = await self._body(batch)
            refresh = self._refresh if any(item.place is not None for item in batch) else None
            response = await self._writer.bulk.bulk(operations=body, filter_path=FILTER, refresh=refresh)  # type: ignore[arg-type]  # NDJSON lines, sent as they are
        except TransportError as error:
            self._pace.refused(allowed)
            return _each(batch, Answer(Kind.LATER, f"Elasticsearch does not answer: {error.message}"))
        except Unavailable as error:  # from the look at where the documents live
            return _each(batch, Answer(Kind.LATER, str(error), moved=True))
        except ApiError as error:
            return self._rejected(batch, error, size, allowed)
        answers = [judge(item["index"]) for item in response["items"]]
        if any(answer.kind is Kind.LATER and not answer.moved for answer in answers):
            self._pace.refused(allowed)
        elif not self._refresh:  # how long a refresh takes to come says nothing about the cluster
            self._pace.answered(size, time.monotonic() - began, allowed)
        return list(zip(batch, answers, strict=True))

    def _rejected(self, batch: list[Item], error: ApiError, size: int, allowed: int) -> list[tuple[Item, Answer]]:
        """What a whole request's refusal means: halves for one that is too large, else to be tried again."""
        said = f"Elasticsearch refused a bulk request ({error.status_code}): {error.message}"
        if error.status_code not in _SPLIT:
            self._pace.refused(allowed)
            return _each(batch, Answer(Kind.LATER, said))
        if len(batch) == 1:
            return _each(batch, Answer(Kind.REFUSED, f"{said}; the document has {size:,} bytes"))
        if error.status_code == 413:
            self._pace.too_large(size)
        half = len(batch) // 2
        self._cut += (batch[:half], batch[half:])
        return []

    async def _body(self, batch: list[Item]) -> list[bytes]:
        """NDJSON lines; each document with the index it goes to. Raises Unavailable."""
        live: dict[str, str] = {}
        at_home = [item for item in batch if item.write.route is Route.HOME]
        for alias in {item.write.index for item in at_home}:
            ids = [item.write.id for item in at_home if item.write.index == alias]
            live |= await homes(self._writer.es, alias, ids, fresh=any(item.moved for item in batch))
        lines: list[bytes] = []
        for item in batch:
            write = item.write
            index = live[write.id] if write.route is Route.HOME else write.index
            lines += (write.action(index), item.line)
        return lines

    async def _settle_some(self) -> None:
        pause = max(0.0, self._delayed[0][0] - time.monotonic()) if self._delayed else None
        if not self._tasks:
            await asyncio.sleep(pause or 0)
            return
        done, self._tasks = await asyncio.wait(self._tasks, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        if done:
            alive()
        for task in done:
            for item, answer in task.result():
                self._settle(item, answer)

    def _settle(self, item: Item, answer: Answer) -> None:
        if answer.kind is Kind.LATER:
            self._again(item, answer)
            return
        self._failing_since = None
        if answer.kind is Kind.STALE and item.write.route is Route.ALIAS:  # of articles, archive.py sees to it
            self._lost.append((item.write.index, item.write.id, item.write.version))
        if item.place is not None:
            self._answers[item.place] = answer
        elif answer.kind is Kind.REFUSED:
            raise RuntimeError(f"Elasticsearch refused a journey that we built ourselves: {answer.reason}")
        if answer.kind is Kind.WRITTEN and item.write.then:
            self._followers.add(Item(item.write.then()))

    def _again(self, item: Item, answer: Answer) -> None:
        now = time.monotonic()
        self._failing_since = self._failing_since or now
        if now - self._failing_since > self._limits.patience_s:
            raise Unavailable(answer.reason)
        delay = min(self._limits.first_delay_s * 2**item.tries, self._limits.most_delay_s)
        item.tries += 1
        item.moved = answer.moved
        heapq.heappush(self._delayed, (now + delay * random.uniform(0.7, 1.3), next(self._order), item))


def _each(batch: list[Item], answer: Answer) -> list[tuple[Item, Answer]]:
    return [(item, answer) for item in batch]
