"""11. A site fails for a while, and fetch is killed while pages wait in its retry topics: each page comes in, once."""

import time
from dataclasses import dataclass

import pytest
from support import offsets
from support.chaos import LONG, Run, size
from support.processes import running
from support.quick import expectations, quick

from services.contracts.topics import RETRIES, URLS


@dataclass(frozen=True)
class Size:
    """`pages` of a site that fails for `fails_s`, while fetch is killed `kills` times."""

    pages: int
    fails_s: float
    kills: int
    delays_s: str
    drain_s: float


SIZE = size(short=Size(40, 12, 2, "2,15,30", 200), long=Size(1_000, 60, 10, "10,60,120", 900))
pytestmark = [pytest.mark.stack, pytest.mark.timeout(2400 if LONG else 600)]


def test_what_waits_for_its_next_try_is_neither_lost_nor_doubled(run: Run, site: tuple[str, dict[str, bytes]]) -> None:
    base, served = site
    pages = quick(SIZE.pages, 40, "fetched", base)
    served.update({page.url.removeprefix(base): b"" for page in pages})
    children = run.pipeline(NEWSLOOM_RETRY_DELAYS_S=SIZE.delays_s)
    with running(*children.values()):
        feeder = run.feed(pages, SIZE.fails_s / 2)
        for _ in range(SIZE.kills):
            time.sleep(SIZE.fails_s / SIZE.kills)
            children["fetch"].kill()
            children["fetch"].start()
        waiting = {tier.name: offsets.waiting(run.settings)[tier.name] for tier in RETRIES[URLS.name]}
        assert sum(waiting.values()), f"nothing waited for another try: {waiting}"
        served.update({page.url.removeprefix(base): page.html.encode() for page in pages})
        feeder.finish(SIZE.drain_s)
        run.note(kills=SIZE.kills, waited=waiting, drained_s=round(run.settle(SIZE.drain_s), 1))
        run.judge(expectations(pages))
