"""Services as child processes on ports of their own, and ways to wait for what they do."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx

from services.runtime.settings import Settings
from services.standalone.ports import is_free
from services.standalone.process import Command

TESTS = Path(__file__).parents[1]
LIMIT_S = 240.0
PORTS = range(20_000, 32_000)  # below those that Linux gives to clients
T = TypeVar("T")


def eventually(look: Callable[[], T], what: str, limit_s: float = LIMIT_S, pause_s: float = 0.1) -> T:
    """The first true answer of `look`; fails with `what` after a generous limit."""
    deadline = time.monotonic() + limit_s
    while True:
        answer = look()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"waited {limit_s:g} s in vain: {what}"
        time.sleep(pause_s)


def free_ports(count: int = 8) -> int:
    """The first of `count` free ports in a row."""
    mine = _mine()
    for _ in range(1000):
        first = random.choice(mine[:-count])
        if all(is_free("127.0.0.1", first + i) for i in range(count)):
            return first
    raise AssertionError("no free ports")


def _mine() -> range:
    """The ports that this process chooses from: two workers of pytest-xdist must not choose the same at one time."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = len(PORTS) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return PORTS[worker * share : (worker + 1) * share]


class Child:
    """One service as a child process. `module` and `arguments` say what to run; it ends with this process."""

    def __init__(self, settings: Settings, service: str, module: str, *arguments: str, **environment: str) -> None:
        self.settings = settings
        self.service = service
        self.folder = settings.home_dir
        self.log = self.folder / f"{service}.log"
        self._command = [sys.executable, "-P", "-m", module, *arguments]
        self._environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        """Ours without NEWSLOOM_*, then what the settings say."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NEWSLOOM_")}
        names = ("kafka", "elasticsearch", "namespace", "http", "home", "batch", "workers", "stall_limit_s")
        given = {f"NEWSLOOM_{name.upper()}": str(getattr(self.settings, name)) for name in names}
        return {
            **kept,
            "NEWSLOOM_STORIES": "false",  # no gateway waits for a service that a test does not start
            "NEWSLOOM_RETRY_DELAYS_S": "none",  # a test of failures does not wait for minutes, unless it says so
            **given,
            "NEWSLOOM_LOG_FORMAT": "json",
            "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}",
            **self._environment,
        }

    def start(self) -> "Child":
        """Start without waiting."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                Command(tuple(self._command)).launched(os.getpid()),
                env=self.environment(),
                cwd=self.folder,
                stdout=output,
                stderr=output,
            )
        return self

    def get(self, path: str) -> dict[str, Any] | None:
        """A JSON answer of the health server; None when nobody answers."""
        host, port = self.settings.gateway if self.service == "search" else self.settings.health_address(self.service)
        url = f"http://{host}:{port}{path}"
        try:  # loading certificates, which nobody needs here, would take 0.1 s a question
            answer: dict[str, Any] = httpx.get(url, timeout=30, trust_env=False, verify=False).json()
        except (httpx.HTTPError, ValueError):
            return None
        return answer

    def wait_ready(self) -> "Child":
        """Wait until the service says that it is ready."""

        def ready() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, f"{self.service} ended:\n{self.tail()}"
            return bool((self.get("/readyz") or {}).get("ready"))

        try:
            eventually(ready, f"{self.service} gets ready")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.tail()}") from None
        return self

    def kill(self) -> None:
        """`kill -9`, and wait until it is gone."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit code. A service that does not stop is killed, and that fails the test."""
        assert self.process is not None
        self.process.terminate()
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.service} did not stop:\n{self.tail()}") from None

    def tail(self, lines: int = 40) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@contextlib.contextmanager
def running(*children: Child) -> Iterator[tuple[Child, ...]]:
    """Start all, wait until all are ready; kill at the end whatever still runs."""
    try:
        for child in children:
            child.start()
        for child in children:
            child.wait_ready()
        yield children
    finally:
        _end(*children)


@contextlib.contextmanager
def begun(child: Child) -> Iterator[Child]:
    """Started, and not waited for: it will not be ready."""
    child.start()
    try:
        yield child
    finally:
        _end(child)


def _end(*children: Child) -> None:
    for child in children:
        if child.process is not None and child.process.poll() is None:
            child.kill()


def pipeline(settings: Settings, **environment: str) -> dict[str, Child]:
    """The real services, by name, in the order of the flow, then the gateway; not started."""
    names = ("fetch", "clean", "enrich", "index", "search")
    return {name: Child(settings, name, "services", "run", name, **environment) for name in names}
