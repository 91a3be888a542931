"""Brings pages in at a pace, from a thread of its own, whatever happens to the servers meanwhile."""

import asyncio
import random
import threading
import time
from collections.abc import Sequence

from services.contracts.messages import UrlMessage
from services.contracts.topics import PAGES, URLS
from services.runtime.publisher import Publisher, PublishError
from services.runtime.settings import Settings
from services.runtime.trace import new_headers
from support.quick import Quick

BURST = 25


class Feeder(threading.Thread):
    """Sends `pages` evenly over `duration_s`; every tenth also in an older version before and after.

    A burst that Kafka does not confirm is sent again: twice is allowed, never is not.
    """

    def __init__(self, settings: Settings, pages: Sequence[Quick], duration_s: float, seed: int = 0) -> None:
        super().__init__(name="feeder", daemon=True)
        self._settings = settings
        self._pages = list(pages)
        self._duration_s = duration_s
        self._dice = random.Random(seed)
        self.sent = 0
        self._ended = threading.Event()
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Send all."""
        try:
            asyncio.run(self._feed())
        except BaseException as error:
            self.failure = error

    def end(self) -> None:
        """Send no more."""
        self._ended.set()

    def finish(self, limit_s: float) -> None:
        """Wait until everything has been sent; raises what went wrong."""
        self.join(limit_s)
        if self.failure is not None:
            raise self.failure
        assert not self.is_alive(), f"only {self.sent} of {len(self._pages)} pages could be sent in {limit_s:g} s"

    async def _feed(self) -> None:
        began = time.monotonic()
        async with Publisher(self._settings) as publisher:
            for start in range(0, len(self._pages), BURST):
                due = began + self._duration_s * start / len(self._pages)
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                burst = self._pages[start : start + BURST]
                if self._ended.is_set():
                    return
                await self._insist(publisher, burst)
                self.sent += len(burst)

    async def _insist(self, publisher: Publisher, burst: Sequence[Quick]) -> None:
        while not self._ended.is_set():
            try:
                await asyncio.gather(*(send(publisher, page) for page in burst))
            except PublishError:
                await asyncio.sleep(1)
            else:
                return


async def send(publisher: Publisher, page: Quick) -> None:
    """Put one page on the topic where its kind begins. Raises PublishError."""
    if page.kind == "fetched":
        await publisher.send(URLS, UrlMessage(url=page.url))
        return
    versions = [page.message(1), page.message(), page.message(2)] if page.mark.endswith("0") else [page.message()]
    for version in versions if page.kind == "good" else versions[:0]:
        await publisher.send(PAGES, version)
    if page.kind != "good":
        await publisher.send_raw(PAGES, page.id.encode(), page.value(), new_headers(page.message()))


def feed(settings: Settings, pages: Sequence[Quick]) -> None:
    """Send all at once."""
    feeder = Feeder(settings, pages, 0.0)
    feeder.start()
    feeder.finish(600)
