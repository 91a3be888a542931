"""8. The wall clock of each service jumps, a day ahead, two days back, an hour ahead, while pages come in.

Versions are the payload's own times, and waiting goes by the monotonic clock: nothing is lost, nobody stalls.
"""

import subprocess
import sys
import time
from dataclasses import dataclass

import pytest
from support.chaos import LONG, Run, size, when_asked_for
from support.clock import Clock
from support.measure import Listener, ask
from support.processes import eventually, running
from support.quick import expectations, mixed, of_kind

from services.runtime.settings import STAGES

HOUR, DAY = 3600, 86_400


@dataclass(frozen=True)
class Size:
    """Pages over time, during which the clocks are set to each of `jumps` in turn."""

    pages: int
    over_s: float
    jumps: tuple[int, ...]
    names: tuple[str, ...]


SIZE = size(
    short=Size(60, 8, (DAY, -DAY), ("index", "clean")),
    long=Size(1_500, 120, (DAY, -2 * DAY, HOUR, -60, 30 * DAY, 0), STAGES),
)
pytestmark = [
    pytest.mark.stack,
    when_asked_for,
    pytest.mark.timeout(1500 if LONG else 600),
    pytest.mark.skipif(not Clock.possible(), reason="there is no C compiler for the clock"),
]


def test_jumping_clocks_lose_nothing(run: Run, site: tuple[str, dict[str, bytes]]) -> None:
    base, served = site
    clock = Clock(run.settings.home_dir)
    _see_that_it_jumps(clock)
    pages = mixed(SIZE.pages, base, run=80)
    served.update({page.url.removeprefix(base): page.html.encode() for page in of_kind(pages, "fetched")})
    jumping = run.pipeline(SIZE.names, **clock.environment)
    children = {**run.pipeline(tuple(name for name in STAGES if name not in SIZE.names)), **jumping}
    listener = Listener(children.values(), 1.0)
    with running(*children.values()), listener:
        feeder = run.feed(pages, SIZE.over_s)
        for offset in SIZE.jumps:
            time.sleep(SIZE.over_s / len(SIZE.jumps))
            clock.jump(offset)
        feeder.finish(120)
        run.note(drained_s=round(run.settle(300), 1), jumps=SIZE.jumps)
        run.judge(expectations(pages), {page.id: page.value() for page in of_kind(pages, "poison")})
        eventually(lambda: all(ask(child).ready for child in children.values()), "all are ready", 60, 0.5)
        assert all(s.alive for said in listener.said.values() for s in said)
        assert {name: child.stop() for name, child in children.items()} == dict.fromkeys(children, 0)


def _see_that_it_jumps(clock: Clock) -> None:
    """A test with a clock that does not jump would prove nothing."""
    clock.jump(DAY)
    program = "import time, datetime; print(time.time(), datetime.datetime.now(datetime.UTC).timestamp())"
    said = subprocess.run(
        [sys.executable, "-c", program], env=clock.environment, capture_output=True, timeout=60, check=True
    )
    assert all(float(number) > time.time() + DAY - 60 for number in said.stdout.split())
    clock.jump(0)
