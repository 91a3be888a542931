"""8. The flood stage makes the indices read-only in the middle of a load: a clear state, no dead letters, recovery."""

from dataclasses import dataclass

import pytest
from support.chaos import LONG, WRITTEN, Run, size
from support.checker import Expected
from support.measure import ask
from support.messages import enriched
from support.processes import Child, eventually, running
from support.topics import produce

from services.contracts.topics import ENRICHED
from services.runtime.elastic import sync_client

BLOCK = "index.blocks.read_only_allow_delete"


@dataclass(frozen=True)
class Size:
    """How many articles, and how often the indices are made read-only."""

    pages: int
    times: int


SIZE = size(short=Size(200, 1), long=Size(4_000, 5))
pytestmark = [pytest.mark.stack, pytest.mark.timeout(900 if LONG else 600)]


def test_indices_that_are_read_only_are_waited_for(run: Run) -> None:
    articles = [
        enriched(f"flood-{n}", title=f"Mark zq81{n:05}", body=f"Report zq81{n:05} tells.") for n in range(SIZE.pages)
    ]
    index = run.child("index")
    with running(index):
        for turn in range(SIZE.times):
            share = articles[turn :: SIZE.times]
            half = len(share) // 2
            produce(run.settings, ENRICHED, [a.to_json() for a in share[:half]])
            run.settle(120, WRITTEN)
            _block(run, True)
            produce(run.settings, ENRICHED, [a.to_json() for a in share[half:]])
            eventually(lambda: _says_why(run, index), "index says why it waits", 60, 0.3)
            assert ask(index).alive
            _block(run, None)
            eventually(lambda: ask(index).ready, "index goes on", 30, 0.3)
            run.settle(120, WRITTEN)
        run.judge({a.id: Expected(a.title.split()[1], fetched_at=a.fetched_at) for a in articles})
        run.note(times=SIZE.times)
        assert index.stop() == 0


def _says_why(run: Run, index: Child) -> bool:
    """Blocked again each time: every 30 s Elasticsearch takes such a block away where the disk has room (its
    DiskThresholdMonitor), and did so before a document met it."""
    _block(run, True)
    return any("read-only" in reason for reason in ask(index).reasons)


def _block(run: Run, value: bool | None) -> None:
    """Set or take away what Elasticsearch sets by itself when a disk is nearly full."""
    with sync_client(run.settings) as es:
        es.indices.put_settings(index=f"{run.settings.namespace}*", settings={BLOCK: value})
