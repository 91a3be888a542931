"""One scenario of the chaos suite: its servers, namespace, services and seed; its judgement and its figures."""

import json
import os
import random
import secrets
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from services.contracts.topics import ENRICHED, FATES
from services.runtime.settings import STAGES, Settings
from services.standalone.logfiles import tail
from support import ledger, offsets
from support.checker import Expected, collect, faults
from support.cluster import Cluster
from support.load import Feeder
from support.processes import Child, eventually, free_ports
from support.quick import Quick
from support.servers import SERVICES, Stack
from support.topics import create_topics

FORM = os.environ.get("NEWSLOOM_CHAOS", "")
LONG = FORM == "long"
"""Whether the scenarios run in their full size (`make chaos`), or in the short form."""
when_asked_for = pytest.mark.skipif(not FORM, reason="takes its time: NEWSLOOM_CHAOS=short, or make chaos")
"""On scenarios whose short form is no part of `make test`."""
SHOWN_FAULTS = 20
KINDS = ("lost", "doubled", "stale", "fate≠1", "wrong fate", "mixed up", "stranger", "unseen", "not dead", "killed")
T = TypeVar("T")


def size(short: T, long: T) -> T:
    """The parameters of this form."""
    return long if LONG else short


@dataclass
class Run:
    """A scenario that runs. `settings` have the servers' own addresses; services get those of their links."""

    scenario: str
    stack: Stack | Cluster
    settings: Settings
    seed: int
    figures: dict[str, Any] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    children: list[Child] = field(default_factory=list)
    feeders: list[Feeder] = field(default_factory=list)

    @property
    def dice(self) -> random.Random:
        """Always the same numbers for the same seed."""
        return random.Random(self.seed)

    def note(self, **figures: Any) -> None:
        """Keep figures for the report."""
        self.figures |= figures

    def child(self, service: str, number: int = 0, **environment: str) -> Child:
        """A service (or one more worker of it: `number`), not started, with its own links and ports."""
        settings = self.stack.linked(service, self.settings)
        if number:
            health = f"127.0.0.1:{free_ports(1)}"
            settings = settings.model_copy(update={"health": health})
            environment["NEWSLOOM_HEALTH"] = health
        given = {"NEWSLOOM_FETCH_ALLOW": "127.0.0.0/8", "NEWSLOOM_FETCH_DELAY_S": "0", **environment}
        made = Child(settings, service, "services", "run", service, **given)
        made.log = made.folder / f"{service}{number or ''}.log"
        self.children.append(made)
        return made

    def pipeline(self, names: tuple[str, ...] = STAGES, **environment: str) -> dict[str, Child]:
        """Services by name, not started."""
        return {name: self.child(name, **environment) for name in names}

    def feed(self, pages: Sequence[Quick], over_s: float) -> Feeder:
        """Begin to send pages, evenly over that time."""
        feeder = Feeder(self.settings, pages, over_s, self.seed)
        self.feeders.append(feeder)
        feeder.start()
        return feeder

    def settle(self, limit_s: float, topics: tuple[str, ...] = ()) -> float:
        """Wait until nothing waits on any topic (or on `topics`), twice in a row; the seconds that took."""
        since = time.monotonic()
        calm = 0

        def rests() -> bool:
            nonlocal calm
            gone = [server.name for server in self.stack.servers.values() if server.lost]
            assert not gone, f"ended, though nobody asked it to: {gone}"
            left = offsets.waiting(self.settings)
            calm = 0 if any(n for topic, n in left.items() if not topics or topic in topics) else calm + 1
            return calm >= 2

        eventually(rests, "nothing waits on any topic", limit_s, 0.5)
        return time.monotonic() - since

    def judge(self, expected: Mapping[str, Expected], sent: Mapping[str, bytes] | None = None) -> None:
        """Compare what was sent with archive and topics; notes the figures, fails with every kind of fault."""
        books = ledger.read(self.settings)
        found = [*faults(expected, collect(self.settings)), *ledger.topic_faults(expected, books, sent)]
        kinds = Counter(line.split(":")[0] for line in found)
        self.note(pages=len(expected), **{kind: kinds.get(kind, 0) for kind in KINDS}, **ledger.repeats(books))
        self.note(expected=dict(Counter(page.fate for page in expected.values())))
        assert not found, f"{len(found)} faults, {dict(kinds)}:\n" + "\n".join(found[:SHOWN_FAULTS])

    def report(self, outcome: str) -> str:
        """The result line; also appended to the file that NEWSLOOM_CHAOS_REPORT names."""
        took = round(time.monotonic() - self.began, 1)
        head = {"scenario": self.scenario, "form": "long" if LONG else "short", "outcome": outcome, "seed": self.seed}
        line = json.dumps({**head, "seconds": took, **self.figures}, ensure_ascii=False, default=str)
        if path := os.environ.get("NEWSLOOM_CHAOS_REPORT"):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            with Path(path).open("a") as file:
                file.write(line + "\n")
        return line

    def end(self) -> None:
        """Kill what still runs, mend the servers."""
        for feeder in self.feeders:
            feeder.end()
        for child in self.children:
            if child.process is not None and child.process.poll() is None:
                child.kill()
        self.stack.calm()
        for server in self.stack.servers.values():
            # The servers' own home is gone after the last test.
            shutil.copy(server.log, self.settings.home / f"{server.name}.log")
            if not server.running:
                print(f"{server.name} does not run; its last words:\n{tail(server.log, 60)}", flush=True)
                server.start()
        for server in self.stack.servers.values():
            server.wait_ready()


def begin(scenario: str, stack: Stack | Cluster, home: Path) -> Run:
    """A run with topics of its own. The seed is NEWSLOOM_CHAOS_SEED, else a new one."""
    seed = int(os.environ.get("NEWSLOOM_CHAOS_SEED") or secrets.randbelow(1_000_000))
    update = {"namespace": f"c{secrets.token_hex(4)}-", "home": home, "http": f"127.0.0.1:{free_ports(len(SERVICES))}"}
    settings = stack.settings.model_copy(update=update)
    create_topics(settings)
    print(f"\nchaos {scenario}: seed {seed}, logs in {home}", flush=True)
    return Run(scenario, stack, settings, seed)


class Together:
    """Threads that do something until they are through; `wait` raises what went wrong in any."""

    def __init__(self, *jobs: Callable[[], object]) -> None:
        self._failures: list[BaseException] = []
        self._threads = [threading.Thread(target=self._run, args=(job,), daemon=True) for job in jobs]
        for thread in self._threads:
            thread.start()

    def _run(self, job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as error:
            self._failures.append(error)

    def wait(self, limit_s: float) -> None:
        """Wait until all are through."""
        deadline = time.monotonic() + limit_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if self._failures:
            raise self._failures[0]
        assert not any(thread.is_alive() for thread in self._threads), f"not done in {limit_s:g} s"


WRITTEN = (ENRICHED.name, FATES.name)
"""What `index` alone reads, for scenarios without the other services."""
