"""2. Rebalance storm: workers of a stage come and go, one to four and back, over and over: 0 lost, 0 doubled."""

import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from support.chaos import LONG, Run, Together, size, when_asked_for
from support.processes import Child, running
from support.quick import expectations, mixed, of_kind


@dataclass(frozen=True)
class Size:
    """How many pages, which stages storm together, and how often each goes from one worker to `most` and back.

    `rest_s`: between two steps. A worker that stops keeps its partitions for the session time-out (30 s), as static
    membership has it, so steps shorter than that overlap with the rebalance of the one before.
    """

    pages: int
    over_s: float
    stages: tuple[str, ...]
    cycles: int
    most: int
    rest_s: tuple[float, float]
    drain_s: float


SIZE = size(
    short=Size(150, 12, ("index",), 1, 3, (0.5, 2), 200),
    long=Size(4_000, 480, ("clean", "index"), 20, 4, (0.5, 5), 900),
)
pytestmark = [pytest.mark.stack, pytest.mark.timeout(3000 if LONG else 600), when_asked_for]


def test_a_rebalance_storm_loses_and_doubles_nothing(run: Run, site: tuple[str, dict[str, bytes]]) -> None:
    base, served = site
    pages = mixed(SIZE.pages, base, run=10)
    served.update({page.url.removeprefix(base): page.html.encode() for page in of_kind(pages, "fetched")})
    children = run.pipeline()
    more = {stage: [run.child(stage, number) for number in range(1, SIZE.most)] for stage in SIZE.stages}
    with running(*children.values()):
        feeder = run.feed(pages, SIZE.over_s)
        storms = Together(*(lambda s=stage: _storm(run, more[s]) for stage in SIZE.stages))
        storms.wait(SIZE.cycles * (60 * SIZE.most + 300))
        feeder.finish(SIZE.drain_s)
        drained = run.settle(SIZE.drain_s)
        run.note(cycles=SIZE.cycles, stages=SIZE.stages, drained_s=round(drained, 1))
        poison = {page.id: page.value() for page in of_kind(pages, "poison")}
        run.judge(expectations(pages), poison)
        assert {name: child.stop() for name, child in children.items()} == dict.fromkeys(children, 0)


def _storm(run: Run, workers: Sequence[Child]) -> None:
    """Start the workers one after the other, then take them away: by SIGTERM, or one in four by `kill -9`.

    In three cycles of four all are ready before the first goes; in the others some are met while they start.
    """
    dice = run.dice
    for _ in range(SIZE.cycles):
        for worker in workers:
            worker.start()
            time.sleep(dice.uniform(*SIZE.rest_s))
        if dice.random() < 0.75:
            for worker in workers:
                worker.wait_ready()
        for worker in workers:
            time.sleep(dice.uniform(*SIZE.rest_s))
            if dice.random() < 0.25:
                worker.kill()
            else:
                _stop(worker)


def _stop(worker: Child) -> None:
    """Stop a worker; it must end by itself, whatever it was doing. Before it is Python's turn, the signal ends it."""
    code = worker.stop()
    assert code in (0, -signal.SIGTERM), f"{worker.service} ended with {code}:\n{worker.tail()}"
