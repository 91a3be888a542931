"""1. `kill -9` of every service at random times, again and again, while pages come in: 0 lost, 0 doubled."""

import time
from dataclasses import dataclass

import pytest
from support.chaos import LONG, Run, Together, size
from support.processes import Child, running
from support.quick import expectations, mixed, of_kind

from services.runtime.settings import STAGES


@dataclass(frozen=True)
class Size:
    """How many pages over how many seconds, and how often each service is killed meanwhile."""

    pages: int
    over_s: float
    kills: int
    drain_s: float


SIZE = size(short=Size(300, 10, 1, 150), long=Size(10_000, 420, 20, 900))
pytestmark = [pytest.mark.stack, pytest.mark.timeout(2400 if LONG else 600)]


def test_kills_lose_and_double_nothing(run: Run, site: tuple[str, dict[str, bytes]]) -> None:
    base, served = site
    pages = mixed(SIZE.pages, base)
    served.update({page.url.removeprefix(base): page.html.encode() for page in of_kind(pages, "fetched")})
    children = run.pipeline()
    with running(*children.values()):
        began = time.monotonic()
        feeder = run.feed(pages, SIZE.over_s)
        dice = run.dice
        plans = {name: sorted(dice.uniform(0.02, 1.0) * SIZE.over_s for _ in range(SIZE.kills)) for name in STAGES}
        killing = Together(*(lambda n=name: _kill(children[n], began, plans[n]) for name in STAGES))
        killing.wait(SIZE.over_s + 300)
        feeder.finish(SIZE.drain_s)
        drained = run.settle(SIZE.drain_s)
        run.note(kills={name: len(plan) for name, plan in plans.items()}, drained_s=round(drained, 1))
        poison = {page.id: page.value() for page in of_kind(pages, "poison")}
        run.judge(expectations(pages), poison)
        for child in children.values():
            child.wait_ready()
        assert {name: child.stop() for name, child in children.items()} == dict.fromkeys(STAGES, 0)


def _kill(child: Child, began: float, plan: list[float]) -> None:
    """Kill and start again at each time of the plan; a service may well be killed while it starts."""
    for due in plan:
        time.sleep(max(0.0, began + due - time.monotonic()))
        child.kill()
        child.start()
