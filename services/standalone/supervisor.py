"""Runs the stack: every process in order, for as long as the supervisor lives."""

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path

import structlog

from services.runtime.errors import NewsloomError
from services.standalone import state as states
from services.standalone.keeper import Keeper
from services.standalone.logfiles import rotate, tail
from services.standalone.process import Spec, kill_leftovers

START_TRIES = 2
LOOK_S = 0.2
ROTATE_EVERY_S = 15.0
log = structlog.get_logger()


class StartFailed(NewsloomError):
    """A process did not come up; the text says which, why, and shows the end of its log."""


class Supervisor:
    """All processes of one stack; `run` returns when told to stop."""

    def __init__(self, home: Path, specs: Sequence[Spec]) -> None:
        self._home = home
        self.keepers = {s.name: Keeper(s, home, self._publish) for s in specs}
        self.state = states.new_state([keeper.state for keeper in self.keepers.values()])
        self.stopping = asyncio.Event()

    async def run(self) -> None:
        """Start all, watch until a signal comes, stop all. Raises StartFailed; nothing runs on after it."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self.stopping.set)
        kill_leftovers(self._home)
        tasks = [asyncio.create_task(self._keep(keeper)) for keeper in self.keepers.values()]
        tasks.append(asyncio.create_task(self._rotate_logs()))
        try:
            await self._until_ready(tasks)
            await self._until_stopped(tasks)
        except StartFailed as error:
            self.state.error = str(error)
            raise
        finally:
            await self._stop(tasks)

    async def _keep(self, keeper: Keeper) -> None:
        for name in keeper.spec.after:
            await self.keepers[name].ready.wait()
        await keeper.run()

    async def _until_ready(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        while not self.stopping.is_set():
            for task in tasks:
                if task.done():
                    task.result()
            for keeper in self.keepers.values():
                if len(keeper.failures) >= START_TRIES:
                    raise StartFailed(_explain(keeper))
            if all(keeper.ready.is_set() for keeper in self.keepers.values()):
                self.state.phase = "ready"
                self._publish()
                log.info("stack ready")
                return
            await asyncio.sleep(LOOK_S)

    async def _until_stopped(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        stop = asyncio.create_task(self.stopping.wait())
        done, _ = await asyncio.wait({stop, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stop}:
            task.result()  # keepers run for ever; one that ended has met a bug of ours

    async def _stop(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        failed = self.state.error is not None
        self.state.phase = "failed" if failed else "stopping"
        self._publish()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for wave in _waves([keeper.spec for keeper in self.keepers.values()]):
            await asyncio.gather(*(self.keepers[name].stop() for name in wave))
        if not failed:
            self.state.phase = "stopped"
        self._publish()
        log.info("stack stopped")

    async def _rotate_logs(self) -> None:
        while True:
            for path in (self._home / "logs").glob("*.log"):
                with contextlib.suppress(FileNotFoundError):  # someone tidied up
                    await asyncio.to_thread(rotate, path)
            await asyncio.sleep(ROTATE_EVERY_S)

    def _publish(self) -> None:
        states.write(self._home, self.state)


def _waves(specs: Sequence[Spec]) -> list[list[str]]:
    """Names in the order to stop them: first those that nothing comes after, last those that all need."""
    left = list(specs)
    waves: list[list[str]] = []
    while left:
        needed = {name for spec in left for name in spec.after}
        wave = [spec.name for spec in reversed(left) if spec.name not in needed]
        if not wave:
            raise ValueError("processes come after each other in a circle")
        waves.append(wave)
        left = [spec for spec in left if spec.name not in wave]
    return waves


def _explain(keeper: Keeper) -> str:
    if keeper.spec.prepare is None:
        return f"{keeper.spec.name} at {keeper.spec.address}: {keeper.failures[-1]}; start it, or correct the setting"
    return (
        f"{keeper.spec.name} does not start: {keeper.failures[-1]}.\n"
        f"The end of its log, {keeper.log_file}:\n"
        f"{_indented(tail(keeper.log_file)) or '  (empty)'}\n"
        "`newsloom doctor` checks ports, memory, disk and Java, and says what to do."
    )


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
