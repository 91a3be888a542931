"""5. Messages that nobody can process. 1 %: exactly those are dead. 100 %: the stage stops, and drains nothing more."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from support import ledger, offsets
from support.chaos import LONG, Run, size
from support.measure import ask
from support.processes import eventually, running
from support.quick import Quick, expectations, quick

from services.contracts.topics import PAGES


@dataclass(frozen=True)
class Size:
    """How many pages, of which one in `every` is poison; then so many more that all are."""

    pages: int
    every: int
    all_bad: int
    limit_s: float


SIZE = size(short=Size(200, 100, 300, 120), long=Size(5_000, 100, 2_000, 600))
pytestmark = [pytest.mark.stack, pytest.mark.timeout(1800 if LONG else 600)]


def test_poison_kills_itself_alone_and_too_much_of_it_stops_the_stage(run: Run) -> None:
    good = quick(SIZE.pages - SIZE.pages // SIZE.every, run=50)
    bad = quick(SIZE.pages // SIZE.every, run=51, kind="poison")
    pages = [*good, *bad]
    run.dice.shuffle(pages)
    children = run.pipeline(("clean", "enrich", "index"))
    with running(*children.values()):
        run.feed(pages, 0).finish(300)
        run.note(drained_s=round(run.settle(SIZE.limit_s), 1))
        run.judge(expectations(pages), {page.id: page.value() for page in bad})
        flood = quick(SIZE.all_bad, run=52, kind="poison")
        run.feed(flood, 0).finish(300)
        eventually(lambda: any("dead topic" in r for r in ask(children["clean"]).reasons), "clean stops", 120, 0.5)
        _drained_no_more(run, flood, len(bad))
        assert all(ask(child).alive for child in children.values())
        assert ask(children["enrich"]).ready
        assert ask(children["index"]).ready
        assert {name: child.stop() for name, child in children.items()} == dict.fromkeys(children, 0)
    mended = run.child("clean", NEWSLOOM_DEAD_RATIO_LIMIT="1")
    rest = run.pipeline(("index",))
    with running(mended, *rest.values()):
        run.settle(SIZE.limit_s)
        everything = [*pages, *flood]
        run.judge(expectations(everything), {page.id: page.value() for page in (*bad, *flood)})


def _drained_no_more(run: Run, flood: Sequence[Quick], before: int) -> None:
    """At most the breaker's own window of messages died; all others still wait on their topic, twice looked at."""
    first = len(ledger.read(run.settings).letters)
    waiting = offsets.waiting(run.settings)[PAGES.name]
    again = len(ledger.read(run.settings).letters)
    run.note(died_before_the_stop=first - before, waiting=waiting)
    assert first == again
    assert first - before <= run.settings.dead_ratio_window
    assert waiting >= len(flood) - run.settings.dead_ratio_window
