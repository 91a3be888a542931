"""Keeps one process running: starts it, waits until it is ready, watches it, starts it again when it ends."""

import asyncio
import math
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from services.runtime.errors import NewsloomError
from services.standalone.judge import Backoff, Silence
from services.standalone.process import Child, Spec
from services.standalone.state import ProcessState

LOOK_S = 0.2
PROBE_STARTING_S = 0.5
PROBE_READY_S = 2.0
log = structlog.get_logger()


class Keeper:
    """One process and what is known of it; `run` until cancelled, then `stop`."""

    def __init__(self, spec: Spec, home: Path, changed: Callable[[], None]) -> None:
        self.spec = spec
        self.log_file = home / "logs" / f"{spec.name}.log"
        self.state = ProcessState(spec.name, spec.address, managed=spec.prepare is not None)
        self.ready = asyncio.Event()
        self.failures: list[str] = []
        self._home = home
        self._child: Child | None = None
        self._changed = changed
        self._backoff = Backoff()

    async def run(self) -> None:
        """Keep it running, for ever."""
        while True:
            started = time.monotonic()
            why = await self._once()
            delay = self._backoff.ended(time.monotonic() - started)
            self.ready.clear()
            self.state.pid = 0
            self.failures.append(why)
            log.warning("process ended", process=self.spec.name, why=why, restart_in_s=delay)
            self._note("restarting", f"{why}; starts again in {delay:g} s or less")
            await asyncio.sleep(delay)
            self.state.restarts += 1

    async def _once(self) -> str:
        """One life of the process; why it ended. Of someone else's server: one time of answering."""
        self._note("starting", "starting")
        try:
            child = await self._start()
        except (NewsloomError, OSError) as error:
            return f"could not be started: {error}"
        watch = asyncio.create_task(self._watch())
        try:
            while not watch.done():
                if child and (code := child.ended()) is not None:
                    return _ending(code)
                await asyncio.sleep(LOOK_S)
        finally:
            watch.cancel()
        while child and child.ended() is None:
            child.kill()
            await asyncio.sleep(LOOK_S)
        return watch.result()

    async def _start(self) -> Child | None:
        if self.spec.prepare is None:
            return None
        command = await asyncio.to_thread(self.spec.prepare)
        self._child = child = Child(command, self._home, self.log_file)
        self.state.pid, self.state.created, self.state.since = child.pid, child.created, time.time()
        self._changed()
        log.info("process started", process=self.spec.name, pid=child.pid)
        return child

    async def _watch(self) -> str:
        """Probe until the process is of no use any more; why."""
        silence = Silence(time.monotonic())
        while (reason := await self.spec.ready()) is not None:
            self._note("starting", reason)
            answered = self.spec.alive is not self.spec.ready and await self.spec.alive() is None
            if silence.too_long(time.monotonic(), answered=answered, limit_s=self.spec.ready_limit_s):
                return f"not ready within {self.spec.ready_limit_s:g} s: {reason}"
            await asyncio.sleep(PROBE_STARTING_S)
        self._note("ready", None)
        self.ready.set()
        silence = Silence(time.monotonic())
        while True:
            await asyncio.sleep(PROBE_READY_S)
            reason = await self.spec.alive()
            if silence.too_long(time.monotonic(), answered=reason is None, limit_s=self.spec.stall_limit_s):
                return f"stalled, was ended: {reason} for {self.spec.stall_limit_s:g} s"

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL after the limit."""
        child = self._child
        if child is None:
            self._note("stopped", None)
            return
        self._note("stopping", None)
        child.terminate()
        deadline = time.monotonic() + self.spec.stop_limit_s
        while child.ended() is None:
            if time.monotonic() > deadline:
                log.warning("process does not stop; killing it", process=self.spec.name)
                child.kill()
                deadline = math.inf
            await asyncio.sleep(LOOK_S)
        self.state.pid = 0
        self._note("stopped", None)

    def _note(self, state: str, reason: str | None) -> None:
        before = (self.state.state, self.state.reason)
        self.state.state, self.state.reason = state, reason  # type: ignore[assignment]
        if before != (state, reason):
            self._changed()


def _ending(code: int) -> str:
    return f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
