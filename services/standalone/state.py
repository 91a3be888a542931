"""What a supervisor lets others know: its lock and its state, both in NEWSLOOM_HOME/run."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Literal

import psutil

from services.runtime.errors import UsageError
from services.standalone.process import began, is_running

Phase = Literal["starting", "ready", "stopping", "stopped", "failed"]


@dataclass
class ProcessState:
    """One process as its supervisor sees it; pid 0: none runs.

    `created` as `process.began` tells it; `since` in seconds since 1970.
    """

    name: str
    address: str
    state: Literal["waiting", "starting", "ready", "restarting", "stopping", "stopped"] = "waiting"
    pid: int = 0
    created: float = 0.0
    since: float = 0.0
    restarts: int = 0
    reason: str | None = None
    managed: bool = True


@dataclass
class StackState:
    """The whole stack; `error` says why the phase is `failed`."""

    pid: int
    created: float
    phase: Phase = "starting"
    error: str | None = None
    processes: list[ProcessState] = field(default_factory=list)

    @property
    def alive(self) -> bool:
        """Whether the supervisor that wrote this still runs."""
        return is_running(self.pid, self.created)


def new_state(processes: list[ProcessState]) -> StackState:
    """The state of a stack that this very process supervises."""
    return StackState(os.getpid(), began(psutil.Process()), processes=processes)


def run_folder(home: Path) -> Path:
    """Where lock and state are, made if need be. Raises UsageError when it can not be."""
    folder = home / "run"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (home / "logs").mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"NEWSLOOM_HOME {home} can not be used ({error.strerror}); set it to a folder that you may write"
        ) from error
    return folder


def write(home: Path, state: StackState) -> None:
    """Replace the state file at once, so that a reader never sees half of one."""
    path = run_folder(home) / "state.json"
    draft = path.with_name("state.json.new")
    draft.write_text(json.dumps(asdict(state), indent=1))
    draft.replace(path)


def read(home: Path) -> StackState | None:
    """The last state written; None when there is none that can be read."""
    try:
        value = json.loads((home / "run" / "state.json").read_text())
        return StackState(**{**value, "processes": [ProcessState(**item) for item in value["processes"]]})
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None  # none yet, or of another version of this product


@contextmanager
def lock(home: Path) -> Iterator[None]:
    """Held for as long as a supervisor lives; the kernel lets go of it when the supervisor dies. Raises UsageError."""
    with _open(home) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"a stack already runs in {home}; `newsloom status` shows it") from None
        yield


def is_locked(home: Path) -> bool:
    """Whether a supervisor holds the lock of `home`."""
    if not (home / "run" / "lock").exists():
        return False
    with _open(home) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _open(home: Path) -> IO[str]:
    path = run_folder(home) / "lock"
    try:
        return path.open("a")
    except OSError as error:
        raise UsageError(f"{path} can not be opened ({error.strerror}); is the stack another user's?") from error
