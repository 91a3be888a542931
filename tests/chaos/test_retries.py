"""11. A site fails for a while, and fetch is killed while pages wait in its retry topics: each page comes in, once."""

from dataclasses import dataclass

import pytest
from support import offsets
from support.chaos import LONG, Run, size
from support.processes import eventually, running
from support.quick import expectations, quick

from services.contracts.topics import RETRIES, URLS


@dataclass(frozen=True)
class Size:
    """`pages` that come in over `over_s`, of a site that fails until fetch was killed `kills` times."""

    pages: int
    over_s: float
    kills: int
    delays_s: str
    drain_s: float


SIZE = size(short=Size(40, 5, 2, "2,15,30", 200), long=Size(1_000, 30, 10, "10,60,120", 900))
pytestmark = [pytest.mark.stack, pytest.mark.timeout(2400 if LONG else 600)]


def test_what_waits_for_its_next_try_is_neither_lost_nor_doubled(run: Run, site: tuple[str, dict[str, bytes]]) -> None:
    base, served = site
    pages = quick(SIZE.pages, 40, "fetched", base)
    served.update({page.url.removeprefix(base): b"" for page in pages})
    children = run.pipeline(NEWSLOOM_RETRY_DELAYS_S=SIZE.delays_s)
    with running(*children.values()):
        feeder = run.feed(pages, SIZE.over_s)
        for _ in range(SIZE.kills):
            eventually(lambda: _waiting(run), "pages wait for another try", SIZE.drain_s)
            children["fetch"].kill()
            children["fetch"].start()
        served.update({page.url.removeprefix(base): page.html.encode() for page in pages})
        feeder.finish(SIZE.drain_s)
        run.note(kills=SIZE.kills, drained_s=round(run.settle(SIZE.drain_s), 1))
        run.judge(expectations(pages))


def _waiting(run: Run) -> int:
    """How many messages wait in the retry topics of fetch."""
    waiting = offsets.waiting(run.settings)
    return sum(waiting[tier.name] for tier in RETRIES[URLS.name])
