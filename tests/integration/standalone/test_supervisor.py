"""The supervisor with real processes: restarts, stalls, stops, and no orphans however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from services.standalone import control, state
from services.standalone.ports import is_free, unused
from services.standalone.process import kill_leftovers, leftovers
from services.standalone.state import StackState

SCRIPT = Path(__file__).parents[2] / "support" / "small_stack.py"
PATIENCE_S = 60.0


class Stack:
    """A small stack that runs in a process of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ports = [unused("127.0.0.1") for _ in range(2)]
        arguments = [sys.executable, str(SCRIPT), str(home), *map(str, self.ports)]
        self.process = subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)

    def until(self, good: Callable[[StackState], bool]) -> StackState:
        """Wait until the state is as wanted."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            now = state.read(self.home)
            if now and now.pid == self.process.pid and good(now):
                return now
            time.sleep(0.1)
        raise AssertionError(f"not so within {PATIENCE_S} s: {state.read(self.home)}")

    def ready(self) -> StackState:
        return self.until(lambda now: now.phase == "ready" and all(p.state == "ready" for p in now.processes))

    def processes(self) -> list[psutil.Process]:
        """Every process of the stack, the supervisor and what the servers started included."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    state.run_folder(tmp_path)
    running = Stack(tmp_path)
    yield running
    running.process.kill()
    running.process.communicate()
    kill_leftovers(tmp_path)


def wait_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE_S)
    left = [p for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    assert left == []


def test_starts_in_order_and_knows_what_runs(stack: Stack) -> None:
    now = stack.ready()
    first, second = now.processes
    assert first.since < second.since
    assert [state.is_running(p.pid, p.created) for p in now.processes] == [True, True]
    assert state.is_locked(stack.home)


def test_a_killed_process_is_started_again(stack: Stack) -> None:
    before = stack.ready().processes[1]
    os.kill(before.pid, signal.SIGKILL)
    stack.until(lambda now: now.processes[1].restarts == 1 and now.processes[1].state == "ready")
    after = stack.ready().processes[1]
    assert after.pid != before.pid
    assert after.address == before.address


def test_a_process_that_stops_answering_is_ended_and_started_again(stack: Stack) -> None:
    before = stack.ready().processes[0]
    os.kill(before.pid, signal.SIGSTOP)
    now = stack.until(lambda now: now.processes[0].state == "restarting")
    assert "stalled" in (now.processes[0].reason or "")
    after = stack.until(lambda now: now.processes[0].restarts == 1 and now.processes[0].state == "ready")
    assert after.processes[0].pid != before.pid


def test_a_process_that_answers_503_is_ended_and_started_again(stack: Stack) -> None:
    stack.ready()
    (stack.home / "sick").touch()
    now = stack.until(lambda now: now.processes[1].state == "restarting")
    assert "stalled" in (now.processes[1].reason or "")
    (stack.home / "sick").unlink()
    stack.until(lambda now: all(p.state == "ready" and p.restarts for p in now.processes))


def test_kill_9_of_the_supervisor_leaves_no_process_that_it_started(stack: Stack) -> None:
    now = stack.ready()
    children = [psutil.Process(p.pid) for p in now.processes]
    stack.process.kill()
    stack.process.wait()
    wait_gone(children)
    assert not state.is_locked(stack.home)


def test_what_a_killed_stack_left_is_ended_by_down(stack: Stack) -> None:
    """Here the first server's own child, which asked for no signal, outlives it."""
    stack.ready()
    everything = stack.processes()
    stack.process.kill()
    stack.process.wait()
    grandchild = int((stack.home / "grandchild").read_text())
    assert psutil.pid_exists(grandchild)
    assert control.stop(stack.home) is True
    wait_gone(everything)


def test_sigterm_stops_all_also_what_ignores_it(stack: Stack) -> None:
    stack.ready()
    everything = stack.processes()
    stack.process.terminate()
    assert stack.process.wait(PATIENCE_S) == 0
    wait_gone(everything)
    last = state.read(stack.home)
    assert last is not None
    assert (last.phase, [p.state for p in last.processes]) == ("stopped", ["stopped", "stopped"])
    assert all(is_free("127.0.0.1", port) for port in stack.ports)


def test_down_stops_it_and_a_second_down_finds_nothing(stack: Stack) -> None:
    stack.ready()
    everything = stack.processes()
    assert control.stop(stack.home) is True
    wait_gone(everything)
    assert control.stop(stack.home) is False


def test_down_ends_a_supervisor_that_does_not_listen(stack: Stack) -> None:
    stack.ready()
    everything = stack.processes()
    os.kill(stack.process.pid, signal.SIGSTOP)
    assert control.stop(stack.home, limit_s=1.0) is True
    wait_gone(everything)


def test_a_process_that_never_starts_fails_the_stack_and_leaves_nothing(tmp_path: Path) -> None:
    state.run_folder(tmp_path)
    (tmp_path / "broken").touch()
    stack = Stack(tmp_path)
    _, errors = stack.process.communicate(timeout=PATIENCE_S)
    assert stack.process.returncode == 1
    assert "first does not start: ended with exit code 1" in errors
    assert "broken on purpose" in errors
    last = state.read(tmp_path)
    assert last is not None
    assert last.phase == "failed"
    assert leftovers(tmp_path) == []


def test_a_second_supervisor_is_refused(stack: Stack) -> None:
    stack.ready()
    with pytest.raises(Exception, match="already runs"), state.lock(stack.home):
        pass
