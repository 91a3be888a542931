"""What processes use, and what services say of themselves, sampled from outside while something happens."""

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

import httpx
import psutil

from support.processes import Child

MB = 1_000_000


@dataclass(frozen=True)
class Use:
    """Of a process with all it started: at what time, resident bytes, open files."""

    at: float
    rss: int
    files: int


class Sampler:
    """Calls `look` every `every_s` seconds in a thread, between `with` and its end."""

    def __init__(self, look: Callable[[], None], every_s: float) -> None:
        self._look = look
        self._every_s = every_s
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._failure: BaseException | None = None

    def __enter__(self) -> "Sampler":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(30)
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            while not self._end.wait(self._every_s):
                self._look()
        except BaseException as error:
            self._failure = error


@dataclass
class Meter:
    """Memory and open files of services, by name."""

    children: Iterable[Child]
    uses: dict[str, list[Use]] = field(default_factory=dict)

    def look(self) -> None:
        """Measure each once; one that is just being restarted is left out."""
        for child in self.children:
            if (use := measured(child)) is not None:
                self.uses.setdefault(child.service, []).append(use)

    def most_mb(self) -> dict[str, int]:
        """The most that each had, in megabytes."""
        return {name: max(use.rss for use in uses) // MB for name, uses in self.uses.items()}


def measured(child: Child) -> Use | None:
    """What a service and its workers use now."""
    if child.process is None or child.process.poll() is not None:
        return None
    try:
        main = psutil.Process(child.process.pid)
        family = [main, *main.children(recursive=True)]
        return Use(time.monotonic(), sum(p.memory_info().rss for p in family), sum(p.num_fds() for p in family))
    except psutil.Error:
        return None


@dataclass(frozen=True)
class Saying:
    """What one service said at one time: alive, ready, and the reasons if not."""

    at: float
    alive: bool
    ready: bool
    reasons: tuple[str, ...]


@dataclass
class Listener:
    """What services say at /healthz and /readyz, by name; each is asked from a thread of its own.

    So one that is slow to answer does not hide when another said what.
    """

    children: Iterable[Child]
    every_s: float
    said: dict[str, list[Saying]] = field(default_factory=dict)
    _samplers: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "Listener":
        for child in self.children:
            said = self.said.setdefault(child.service, [])
            look = partial(lambda c, found: found.append(ask(c)), child, said)
            self._samplers.enter_context(Sampler(look, self.every_s))
        return self

    def __exit__(self, *_: object) -> None:
        self._samplers.close()


def ask(child: Child, limit_s: float = 10.0) -> Saying:
    """Ask a service how it is. Not to answer at /healthz in time is not to be alive."""
    settings, service = child.settings, child.service
    host, port = settings.gateway if service == "search" else settings.health_address(service)
    at = time.monotonic()
    with httpx.Client(base_url=f"http://{host}:{port}", timeout=limit_s, trust_env=False, verify=False) as client:
        try:
            alive = client.get("/healthz").status_code == 200
        except httpx.HTTPError:
            return Saying(at, False, False, ())
        try:
            answer = client.get("/readyz")
        except httpx.HTTPError as error:
            return Saying(at, alive, False, (f"no answer at /readyz: {error!r}",))
    body = answer.json()
    return Saying(at, alive, answer.status_code == 200, tuple(map(str, body.get("reasons", ()))))


def slope_mb(uses: list[Use]) -> float:
    """Least squares of memory over time, in megabytes an hour."""
    return _slope([(use.at / 3600, use.rss / MB) for use in uses])


def slope_files(uses: list[Use]) -> float:
    """The same of open files, an hour."""
    return _slope([(use.at / 3600, float(use.files)) for use in uses])


def _slope(points: list[tuple[float, float]]) -> float:
    mean_x, mean_y = (sum(point[i] for point in points) / len(points) for i in (0, 1))
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
