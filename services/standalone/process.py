"""One supervised child process: what to run, and a handle that leaves nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from services.standalone.account import Account

MARK = "NEWSLOOM_CHILD_OF"
"""Environment variable of all that a stack starts: its home."""
KILL_LIMIT_S = 10.0
Probe = Callable[[], Awaitable[str | None]]
"""Asks a process how it is; None: well, else what is wrong, in words."""


@dataclass(frozen=True)
class Command:
    """A program to run: its arguments, changes to the environment, where, and as whom (None: as we are)."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str | None] = field(default_factory=dict)
    """What to set; None: what to take out."""
    folder: Path | None = None
    account: Account | None = None

    def launched(self, parent: int) -> list[str]:
        """The arguments by way of the launcher, which ties the program's life to `parent`'s."""
        uid, gid = (self.account.uid, self.account.gid) if self.account and self.account.switch else (-1, -1)
        launcher = [sys.executable, "-P", "-m", "services.standalone.launch", str(parent), str(uid), str(gid)]
        return [*launcher, *self.arguments]

    def whole_environment(self) -> dict[str, str]:
        """Our own environment with the changes."""
        return {k: v for k, v in {**os.environ, **self.environment}.items() if v is not None}


@dataclass(frozen=True)
class Spec:
    """A process to keep running. Times in seconds."""

    name: str
    address: str
    prepare: Callable[[], Command] | None
    """Writes configuration and says what to run; called in a thread, before each start.
    None: a server that others run; it is only waited for."""
    ready: Probe
    alive: Probe
    after: tuple[str, ...] = ()
    ready_limit_s: float = 120.0
    stall_limit_s: float = 20.0
    stop_limit_s: float = 20.0


class Child:
    """A running process, leader of a session and process group of its own, so that all it starts can be ended."""

    def __init__(self, command: Command, home: Path, log: Path) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603
                command.launched(os.getpid()),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**command.whole_environment(), MARK: str(home)},
                cwd=command.folder,
                start_new_session=True,
            )
        self.pid = self._process.pid
        self.created = began(psutil.Process(self.pid))

    def ended(self) -> int | None:
        """The exit code (negative: the signal) when it has ended, else None.

        What it started is ended before it is reaped: until then its pid, which names the group, is not used anew.
        """
        if self._process.returncode is None:
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                return None
            _signal_group(self.pid, signal.SIGKILL)
            self._process.wait()
        return self._process.returncode

    def terminate(self) -> None:
        """Ask it to stop."""
        if self.ended() is None:
            self._process.terminate()

    def kill(self) -> None:
        """End it and all it started, at once."""
        if self.ended() is None:
            _signal_group(self.pid, signal.SIGKILL)


def _signal_group(leader: int, number: signal.Signals) -> None:
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        return  # gone; or only a zombie is left (macOS says EPERM then)


def began(process: psutil.Process) -> float:
    """When the process was created, in seconds since the machine started. The time of day will not do: psutil reckons
    it from the clock as it is now, and after that was set (23 s in two hours on a virtual machine) it is another."""
    return process.create_time() - psutil.boot_time()


def is_running(pid: int, created: float) -> bool:
    """Whether the process of that pid is still the one that `began` then."""
    try:
        process = psutil.Process(pid)
        return abs(began(process) - created) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def leftovers(home: Path) -> list[psutil.Process]:
    """Processes that a stack in `home` started and that still run, whoever their parent is by now.

    They are known by a mark in their environment, which all that they start inherits; never by a recycled pid.
    """
    ourselves = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [p for p in psutil.process_iter() if p.pid not in ourselves and _mark_of(p) == str(home)]


def kill_leftovers(home: Path) -> int:
    """End them; how many there were. Only while no supervisor runs in `home`."""
    found = leftovers(home)
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(found, timeout=KILL_LIMIT_S)
    return len(found)


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None  # it ended, or is another user's
