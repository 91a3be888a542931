"""All topics get more partitions while pages come in, with two workers of each stage: 0 lost, 0 doubled, none stale.

A topic grows twice, to numbers that send hardly any key where it went before. So versions of one page lie in up to
three partitions, of different workers. Nobody is restarted. Dead and retry topics grow too, which nobody needs.
"""

import time
from dataclasses import dataclass

import pytest
from support import offsets
from support.chaos import LONG, Run, size, when_asked_for
from support.processes import running
from support.quick import expectations, mixed, of_kind
from support.topics import add_partitions

from services.contracts.topics import DEAD, FLOW, RETRY_TOPICS
from services.runtime.settings import STAGES


@dataclass(frozen=True)
class Size:
    """How many pages over how many seconds, and how many partitions the topics get meanwhile."""

    pages: int
    over_s: float
    counts: tuple[int, ...]
    drain_s: float


SIZE = size(short=Size(300, 40, (15, 32), 300), long=Size(4_000, 300, (15, 32, 61), 900))
WORKERS = 2
pytestmark = [pytest.mark.stack, pytest.mark.timeout(2400 if LONG else 900), when_asked_for]


def test_partitions_are_added_under_load(run: Run, site: tuple[str, dict[str, bytes]]) -> None:
    base, served = site
    pages = mixed(SIZE.pages, base, run=30)
    served.update({page.url.removeprefix(base): page.html.encode() for page in of_kind(pages, "fetched")})
    children = [run.child(stage, number) for stage in STAGES for number in range(WORKERS)]
    with running(*children):
        feeder = run.feed(pages, SIZE.over_s)
        for count in SIZE.counts:
            time.sleep(SIZE.over_s / (len(SIZE.counts) + 1))
            add_partitions(run.settings, count, *FLOW)
        add_partitions(run.settings, 2, *DEAD, *RETRY_TOPICS)
        feeder.finish(SIZE.drain_s)
        drained = run.settle(SIZE.drain_s)
        run.note(partitions=SIZE.counts, workers=WORKERS, drained_s=round(drained, 1))
        poison = {page.id: page.value() for page in of_kind(pages, "poison")}
        run.judge(expectations(pages), poison)
        used = {topic: offsets.used(run.settings, topic) for topic in ("news.pages.v1", "news.enriched.v1")}
        assert all(max(partitions) >= 8 for partitions in used.values()), (
            f"nothing on partitions that were added: {used}"
        )
        assert [child.stop() for child in children] == [0] * len(children)
