"""Polls sources for ever: leases what is due, publishes what is new, and only then writes down that it was seen.

A crash in between publishes the same items again, under the same ids, and loses none.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from services.contracts.messages import UrlMessage
from services.contracts.sources import SourceRecord, SourceState
from services.fetch.adopt import look
from services.fetch.client import Fetcher
from services.fetch.leases import LEASE_S, Leased, Leases
from services.fetch.lists import read_lists
from services.fetch.moves import gone, moved, noticed
from services.fetch.novelty import Listed, candidates, messages, next_state
from services.fetch.websub import Pushed
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

CONCURRENCY = 32
"""Sources polled at once by one worker."""
LOOK_S = 1.0
"""Between two looks for what is due."""
AGAIN_S = 60.0
"""Most seconds until a source is polled again whose poll was cut short by something else than itself."""
RELEASE_S = 5.0
Publish = Callable[[Sequence[UrlMessage]], Awaitable[None]]
log = structlog.get_logger()


async def poll_forever(
    settings: Settings, es: AsyncElasticsearch, fetcher: Fetcher, publish: Publish, stop: asyncio.Event
) -> None:
    """Poll until `stop` is set. `publish` returns once Kafka has confirmed, and raises Unavailable when it can not.

    Nothing that goes wrong ends it: it is logged, and tried again.
    """
    await Poller(settings, es, fetcher, publish).run(stop)


class Poller:
    """One worker's polling."""

    def __init__(self, settings: Settings, es: AsyncElasticsearch, fetcher: Fetcher, publish: Publish) -> None:
        self._leases = Leases(es, settings, f"{socket.gethostname()}:{os.getpid()}")
        self._fetcher = fetcher
        self._publish = publish
        self._pushed = Pushed(es, settings)
        self._interval_s = settings.poll_interval_s
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ready = False

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set; leases are given back at the end."""
        try:
            while not stop.is_set():
                await self._look()
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), LOOK_S)
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _look(self) -> None:
        """Start polling what is due."""
        try:
            if not self._ready:
                await self._leases.ensure()
                self._ready = True
            free = CONCURRENCY - len(self._running)
            for found in await self._leases.due(datetime.now(UTC), free) if free else ():
                source_id = found.source.id
                if source_id not in self._running:
                    task = asyncio.create_task(self.poll(found), name=f"poll {source_id}")
                    self._running[source_id] = task
                    task.add_done_callback(lambda _, key=source_id: self._running.pop(key, None))  # type: ignore[misc]
        except (ApiError, TransportError) as error:
            log.warning("sources can not be read", error=str(error))
        except Exception:
            log.exception("looking for due sources failed")

    async def poll(self, found: Leased) -> None:
        """Lease one source, poll it, and give it back with its new state."""
        try:
            held = await self._leases.take(found, datetime.now(UTC))
            if held is None:
                return
            state = held.source.state
            try:
                async with asyncio.timeout(LEASE_S - 2 * RELEASE_S):
                    state = await self._news(held)
            except Exception as error:
                state = self._put_off(held, error)
            finally:
                await self._release(held, state)
        except (ApiError, TransportError) as error:
            log.warning("a source's state can not be read or written", source=found.source.id, error=str(error))
        except Exception:
            log.exception("polling a source failed", source=found.source.id)

    def _put_off(self, held: Leased, error: Exception) -> SourceState:
        """Kafka, Elasticsearch or we failed, not the source: its news stay unseen, and it is polled again soon."""
        why = str(error) or type(error).__name__
        if isinstance(error, Unavailable | ApiError | TransportError | TimeoutError):
            log.warning("polling was cut short", source=held.source.id, error=why)
        else:
            log.exception("polling failed", source=held.source.id)
        wait_s = min(AGAIN_S, held.source.interval_s or self._interval_s)
        changes = {"next_poll": datetime.now(UTC) + timedelta(seconds=wait_s), "last_error": f"cut short: {why}"[:2000]}
        return held.source.state.model_copy(update=changes)

    async def _release(self, held: Leased, state: SourceState) -> None:
        """Also when the poll was cancelled: shielded, so that a stop does not leave the lease behind."""
        await asyncio.shield(asyncio.wait_for(self._leases.release(held, state), RELEASE_S))

    async def _news(self, held: Leased) -> SourceState:
        """Publish what is new; the state to write then."""
        source, error = (held.source, None) if held.source.lists else await self._adopt(held)
        where = source.home or source.id
        listed = [Listed(where, error=error)] if error else await read_lists(source, self._fetcher)
        source, listed = await self._settled(held, source, listed)
        unseen = candidates(listed, source.state)
        known = await self._leases.known(list(unseen))
        news = [item for key, item in unseen.items() if key not in known]
        if news:
            await self._publish(messages(source, news))
        state = next_state(source, listed, len(news), datetime.now(UTC), self._interval_s)
        state = await self._pushed.after(source, state)
        log.info("polled", source=source.id, new=len(news), error=state.last_error, failures=state.failures)
        return state

    async def _settled(
        self, held: Leased, source: SourceRecord, listed: list[Listed]
    ) -> tuple[SourceRecord, list[Listed]]:
        """The source and its lists at the addresses they moved to; switched off when it is gone for good."""
        now = datetime.now(UTC)
        settled, renamed = moved(source, listed, now)
        if settled is not source and (other := await self._leases.followed(settled)):
            settled, renamed = noticed(source, f"moved to what is followed already, as {other}", now), listed
        settled = gone(settled, listed, now)
        if settled.config() == source.config():
            return settled, renamed
        log.info("a source changed", source=source.id, notice=settled.state.notice)
        if await self._leases.describe(held, settled) is None:
            return source, listed  # people changed it meanwhile: the next poll sees both
        return settled, renamed

    async def _adopt(self, held: Leased) -> tuple[SourceRecord, str | None]:
        """The source with the lists found at its address, or why there are none."""
        found = await look(held.source, self._fetcher)
        if found.error:
            return held.source, found.error
        if other := await self._leases.followed(found.source):
            return held.source, f"what is there is followed already, as {other}"
        if await self._leases.describe(held, found.source) is None:
            return held.source, "it was changed while it was looked at, and will be looked at again"
        return found.source, None
