"""Sees to it that a stage that silently stopped is restarted.

faust's consumers have stopped without an error (faust-streaming#175, #640, #532, #523, #549), so an HTTP
server that answers proves nothing. This asks the broker itself, from a thread of its own, how much
waits; waiting messages without progress end the process, and its supervisor starts it anew.
"""

import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from kafka import KafkaAdminClient
from kafka.admin import OffsetSpec

from services.runtime import offsets
from services.runtime.admin import connect
from services.runtime.progress import Progress
from services.runtime.settings import Settings

INTERVAL_S = 5.0
SLACK_S = 15.0  # what a limit of time may be overdrawn by on a busy machine
EXIT_STALLED = 75  # EX_TEMPFAIL of sysexits.h: try again
log = structlog.get_logger()


class StallClock:
    """Pure judgement: how long has a stage had lag, no progress and no excuse?

    With a batch in work `busy_limit_s` holds instead of `limit_s`, for the silence within it (alive.py).
    """

    def __init__(self, limit_s: float, busy_limit_s: float) -> None:
        self._limit_s = limit_s
        self._busy_limit_s = busy_limit_s
        self._last: tuple[int, int] | None = None
        self._since: float | None = None

    def stalled(self, now: float, *, ticks: int, lag: int, committed: int, busy: bool, excused: bool) -> bool:
        """Whether the limit is passed. `now` in seconds of any monotonic clock."""
        mark = (ticks, committed)
        if lag <= 0 or excused or mark != self._last or self._since is None:
            self._last, self._since = mark, now
            return False
        return now - self._since >= (self._busy_limit_s if busy else self._limit_s)

    def unseen(self) -> None:
        """The broker could not be asked: that time is nobody's stall, and counting begins anew."""
        self._since = None


def busy_limit(settings: Settings) -> float:
    """Seconds in which a batch gives a sign of life: one request, or one document, takes no longer."""
    return max(settings.stall_limit_s, SLACK_S + max(settings.document_limit_s, settings.fetch_timeout_s))


@dataclass(frozen=True)
class Watched:
    """One reader: its topic and its consumer group, with namespace, and what it has done."""

    topic: str
    group: str
    progress: Progress


class Watchdog(threading.Thread):
    """Reads the lag of each reader every few seconds; ends the process when one has stalled."""

    def __init__(
        self,
        settings: Settings,
        readers: Sequence[Watched],
        excused: Callable[[], bool],
        end: Callable[[int], object] = os._exit,
    ) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._settings = settings
        self._readers = readers
        self._excused = excused
        self._end = end
        self._stop_event = threading.Event()
        self._clocks = [StallClock(settings.stall_limit_s, busy_limit(settings)) for _ in readers]

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop_event.set()

    def run(self) -> None:
        """Look every INTERVAL_S seconds; a broker that does not answer is the services' matter, not ours."""
        admin: KafkaAdminClient | None = None
        while not self._stop_event.wait(INTERVAL_S):
            try:
                admin = admin or connect(self._settings)
                self.look(admin)
            except Exception as error:  # whatever it is, a watchdog that ended would be worse than one that looks again
                log.warning("watchdog can not read the lag", error=repr(error))
                for clock in self._clocks:
                    clock.unseen()
                if admin is not None:
                    admin.close()
                admin = None
        if admin is not None:
            admin.close()

    def look(self, admin: KafkaAdminClient) -> None:
        """Read committed and end offsets once and judge each reader."""
        committed = offsets.committed(admin, {reader.group for reader in self._readers})
        parts = {reader.topic: offsets.partitions(admin, reader.topic) for reader in self._readers}
        latest, earliest = (offsets.at(admin, parts.values(), s) for s in (OffsetSpec.LATEST, OffsetSpec.EARLIEST))
        for reader, clock in zip(self._readers, self._clocks, strict=True):
            topic, progress = reader.topic, reader.progress
            ends = {tp: latest[tp] for tp in parts[topic] if tp in latest}
            done = {tp: max(committed.get((reader.group, tp), 0), earliest.get(tp, 0)) for tp in ends}
            lag = sum(max(0, end - done[tp]) for tp, end in ends.items())
            progress.set_lag(lag)
            if clock.stalled(
                time.monotonic(),
                ticks=progress.ticks,
                lag=lag,
                committed=sum(done.values()),
                busy=progress.busy,
                excused=self._excused() or progress.halted is not None,
            ):
                log.error("stalled; ending so that the supervisor restarts it", topic=topic, lag=lag)
                self._end(EXIT_STALLED)
