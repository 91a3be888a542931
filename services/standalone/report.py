"""How each process is, asked of the process itself: what `newsloom status` shows."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import psutil

from services.runtime.gateway import base_url
from services.runtime.settings import Settings
from services.standalone import probes, state
from services.standalone.stack import SERVICES, service_address
from services.standalone.state import ProcessState, StackState

COUNTERS = ("in", "forwarded", "skipped", "dead", "lag", "rate")


@dataclass(frozen=True)
class ProcessReport:
    """One process now. `rss_bytes` counts it and all it started; `counters` are the service's own, if it tells."""

    name: str
    address: str
    state: str
    ready: bool
    reason: str | None
    pid: int | None
    uptime_s: float | None
    restarts: int
    rss_bytes: int
    counters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StackReport:
    """The stack now; `running` says whether a supervisor is at work."""

    home: str
    running: bool
    phase: str
    error: str | None
    processes: tuple[ProcessReport, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether everything is of use."""
        return self.running and bool(self.processes) and all(process.ready for process in self.processes)

    @property
    def exit_code(self) -> int:
        """0: all ready; 1: something is not; 3: not running."""
        return 3 if not self.running else 0 if self.ready else 1

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {"ready": self.ready, "rss_bytes": sum(p.rss_bytes for p in self.processes), **asdict(self)}


def collect(settings: Settings) -> StackReport:
    """Ask everything, all at once."""
    home = settings.home_dir
    stack = state.read(home)
    if stack is None or not state.is_locked(home) or not stack.alive:
        failed = stack is not None and stack.phase == "failed"
        return StackReport(str(home), False, "failed" if failed else "stopped", stack.error if stack else None)
    return asyncio.run(_ask_all(settings, stack))


async def _ask_all(settings: Settings, stack: StackState) -> StackReport:
    reports = await asyncio.gather(*(_ask(settings, process) for process in stack.processes))
    return StackReport(str(settings.home_dir), True, stack.phase, stack.error, tuple(reports))


async def _ask(settings: Settings, process: ProcessState) -> ProcessReport:
    reason = process.reason
    counters: dict[str, Any] = {}
    if process.state in ("ready", "starting"):
        reason, counters = await _how_is(settings, process)
    alive = process.pid > 0
    return ProcessReport(
        name=process.name,
        address=process.address,
        state=process.state,
        ready=process.state == "ready" and reason is None,
        reason=reason,
        pid=process.pid or None,
        uptime_s=round(time.time() - process.since, 1) if alive else None,
        restarts=process.restarts,
        rss_bytes=await asyncio.to_thread(resident_bytes, process.pid) if alive else 0,
        counters=counters,
    )


async def _how_is(settings: Settings, process: ProcessState) -> tuple[str | None, dict[str, Any]]:
    """Why it is not ready (None: it is), and its counters."""
    if process.name in SERVICES:
        base = base_url(*service_address(settings, process.name))
        reason, (status, answer) = await asyncio.gather(probes.readyz(base), probes.get_json(f"{base}/status"))
        return reason, {key: answer[key] for key in COUNTERS if key in answer} if status == 200 else {}
    if process.name == "kafka":  # where the stack that runs was told to look for it
        settings = settings.model_copy(update={"kafka": process.address})
    return await probes.external(process.name, settings), {}


def resident_bytes(pid: int) -> int:
    """Resident memory of a process and of all that it started; 0 when it is gone."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    total = 0
    for member in family:
        try:
            total += member.memory_info().rss
        except psutil.Error:
            continue  # it ended meanwhile
    return total
