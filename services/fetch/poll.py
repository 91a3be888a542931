"""Polls sources for ever: leases what is due, publishes what is new, and only then writes down that it was seen.

A crash in between publishes the same items again, under the same ids, and loses none.
"""

import asyncio
import socket
from collections import OrderedDict
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from services.contracts.sources import SourceState
from services.fetch.client import Fetcher
from services.fetch.leases import LEASE_S, Leased, Leases
from services.fetch.reading import Publish, Reading
from services.fetch.websub import Pushed
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.share import NotOurs, Share

CONCURRENCY = 200
"""Sources polled at once by one worker; of a tenth of them some may hang for seconds."""
AHEAD = 1000
"""Most sources that one look takes: those beyond CONCURRENCY wait here for at most a few seconds."""
LOOK_S = 1.0
"""Between two looks for what is due; no less than the index's refresh interval: before, a look sees nothing new."""
AGAIN_S = 60.0
"""Most seconds until a source is polled again whose poll was cut short by something else than itself."""
RELEASE_S = 5.0
CUTS = (Unavailable, ApiError, TransportError, TimeoutError)
log = structlog.get_logger()


async def poll_forever(
    settings: Settings,
    es: AsyncElasticsearch,
    fetcher: Fetcher,
    publish: Publish,
    stop: asyncio.Event,
    share: Share,
) -> None:
    """Poll our share until `stop` is set. `publish` returns once Kafka has confirmed, or raises Unavailable.

    Nothing that goes wrong ends it: it is logged, and tried again.
    """
    _, port = settings.health_address("fetch")
    owner = f"{socket.gethostname()}:{port}"
    leases = Leases(es, settings, owner)
    reading = Reading(leases, fetcher, publish, Pushed(es, settings), settings.poll_interval_s)
    await Poller(settings, leases, reading, share).run(stop)


class Poller:
    """One worker's polling."""

    def __init__(self, settings: Settings, leases: Leases, reading: Reading, share: Share) -> None:
        self._leases = leases
        self._reading = reading
        self._interval_s = settings.poll_interval_s
        self._share = share
        self._due: OrderedDict[str, Leased] = OrderedDict()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._free = asyncio.Event()
        self._ready = False

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set; leases are given back at the end."""
        starting = asyncio.create_task(self._start_due(), name="start polls")
        try:
            while not stop.is_set():
                if len(self._due) < CONCURRENCY:
                    await self._look()
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), LOOK_S)
        finally:
            tasks = [starting, *self._running.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self) -> None:
        """Queue what is due."""
        try:
            await asyncio.wait_for(self._share.settled(), LOOK_S)
            if not self._ready:
                await self._leases.ensure()
                self._ready = True
            for found in await self._leases.due(datetime.now(UTC), AHEAD, self._share):
                if found.source.id not in self._running:
                    self._due[found.source.id] = found  # the newest version, in the place that it had
            self._free.set()
        except TimeoutError:
            pass  # Kafka has given us no partitions yet
        except (ApiError, TransportError) as error:
            log.warning("sources can not be read", error=str(error))
        except Exception:
            log.exception("looking for due sources failed")

    async def _start_due(self) -> None:
        while True:
            await self._free.wait()
            self._free.clear()
            while self._due and len(self._running) < CONCURRENCY:
                source_id, found = self._due.popitem(last=False)
                task = asyncio.create_task(self.poll(found), name=f"poll {source_id}")
                self._running[source_id] = task
                task.add_done_callback(lambda _, key=source_id: self._ended(key))  # type: ignore[misc]

    def _ended(self, source_id: str) -> None:
        self._running.pop(source_id, None)
        self._free.set()

    async def poll(self, found: Leased) -> None:
        """Lease one source, poll it, and give it back with its new state."""
        try:
            held = await self._leases.take(found, datetime.now(UTC))
            if held is None:
                return
            state = held.source.state
            try:
                async with asyncio.timeout(LEASE_S - 2 * RELEASE_S):
                    state = await self._reading.poll(held)
            except NotOurs:
                state = _at_once(state)
            except Exception as error:
                state = self._put_off(held, error)
            finally:
                await self._release(held, state)
        except CUTS as error:
            log.warning("a source's state can not be read or written", source=found.source.id, error=str(error))
        except Exception:
            log.exception("polling a source failed", source=found.source.id)

    def _put_off(self, held: Leased, error: Exception) -> SourceState:
        """Kafka, Elasticsearch or we failed, not the source: its news stay unseen, and it is polled again soon."""
        why = str(error) or type(error).__name__
        if isinstance(error, CUTS):
            log.warning("polling was cut short", source=held.source.id, error=why)
        else:
            log.exception("polling failed", source=held.source.id)
        wait_s = min(AGAIN_S, held.source.interval_s or self._interval_s)
        changes = {"next_poll": datetime.now(UTC) + timedelta(seconds=wait_s), "last_error": f"cut short: {why}"[:2000]}
        return held.source.state.model_copy(update=changes)

    async def _release(self, held: Leased, state: SourceState) -> None:
        """Also when the poll was cancelled: shielded, so that a stop does not leave the lease behind."""
        await asyncio.shield(asyncio.wait_for(self._leases.release(held, state), RELEASE_S))


def _at_once(state: SourceState) -> SourceState:
    """Partitions were dealt anew meanwhile: whoever has the source's site now polls it."""
    return state.model_copy(update={"next_poll": datetime.now(UTC)})
