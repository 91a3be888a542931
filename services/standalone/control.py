"""Starts and stops a stack from outside of it: the work behind `newsloom up` and `newsloom down`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.runtime.errors import NewsloomError, UsageError
from services.runtime.settings import Settings
from services.standalone import main, state
from services.standalone.logfiles import tail
from services.standalone.process import kill_leftovers

LOOK_S = 0.2
START_LIMIT_S = 600.0
STOP_LIMIT_S = 120.0
OnChange = Callable[[state.StackState], None]


class StackFailed(NewsloomError):
    """The stack did not start; the text says what failed and what to do."""


@dataclass(frozen=True)
class Started:
    """The outcome of `start`: the stack as it runs, and whether it ran before."""

    stack: state.StackState
    already: bool


def start(settings: Settings, *, infrastructure_only: bool, on_change: OnChange) -> Started:
    """Start a supervisor in the background and wait until all is ready. Raises NewsloomError; then nothing runs."""
    home = settings.home_dir
    state.run_folder(home)
    if state.is_locked(home):
        return Started(_follow(home, None, on_change), already=True)
    main.prepare(settings, infrastructure_only=infrastructure_only)
    supervisor = _spawn(home, ["--infrastructure"] if infrastructure_only else [])
    try:
        return Started(_follow(home, supervisor, on_change), already=False)
    except BaseException:
        supervisor.terminate()
        try:
            supervisor.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            supervisor.kill()
        raise


def stop(home: Path, limit_s: float = STOP_LIMIT_S) -> bool:
    """Stop what runs in `home`, whoever started it; whether anything ran."""
    if not state.is_locked(home):
        return bool(home.exists() and kill_leftovers(home))
    deadline = time.monotonic() + limit_s
    told = False
    while state.is_locked(home):
        last = state.read(home)
        if last and last.alive and time.monotonic() > deadline:
            os.kill(last.pid, signal.SIGKILL)  # its children die with it
        elif last and last.alive and not told:
            os.kill(last.pid, signal.SIGTERM)
            told = True
        elif time.monotonic() > deadline + LOOK_S * 50:
            raise NewsloomError(f"{home}/run/lock is held by a process that is no supervisor; see `newsloom doctor`")
        time.sleep(LOOK_S)
    kill_leftovers(home)
    return True


def _spawn(home: Path, arguments: list[str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", "-m", "services.standalone", *arguments]
    with (home / "logs" / "supervisor.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def _follow(home: Path, supervisor: "subprocess.Popen[bytes] | None", on_change: OnChange) -> state.StackState:
    """Wait until the stack is ready, telling of every change."""
    deadline = time.monotonic() + START_LIMIT_S
    before: state.StackState | None = None
    while time.monotonic() < deadline:
        gone = supervisor.poll() is not None if supervisor else not state.is_locked(home)
        now = state.read(home)
        if now and (supervisor is None or now.pid == supervisor.pid):
            if now != before:
                on_change(now)
            before = now
            if now.phase == "ready" and not gone:
                return now
            if now.phase == "failed" and gone:
                raise StackFailed(now.error or "the stack failed, and said nothing")
        if gone:
            raise StackFailed(f"the supervisor ended. The end of its log:\n{tail(home / 'logs' / 'supervisor.log')}")
        time.sleep(LOOK_S)
    raise UsageError(f"the stack is not ready after {START_LIMIT_S:g} s; see `newsloom status`")
