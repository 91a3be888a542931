"""10. Hours of work, scaled down: at the end nothing is lost, and memory and open files are flat."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from support.chaos import LONG, Run, size, when_asked_for
from support.measure import Meter, Sampler, Use, slope_files, slope_mb
from support.processes import Child, running
from support.quick import expectations, mixed, of_kind
from support.servers import SERVICES


@dataclass(frozen=True)
class Size:
    """Pages over time; the gateway is searched `search_every_s` meanwhile."""

    pages: int
    over_s: float
    search_every_s: float


SIZE = size(short=Size(120, 20, 1.0), long=Size(6_000, 1_260, 0.5))
MOST_MB_AN_HOUR, MOST_FILES_AN_HOUR = 60.0, 12.0
"""Slopes over the last two thirds that count as flat: what an allocator still settles, and no leak per page."""
pytestmark = [pytest.mark.stack, pytest.mark.timeout(3000 if LONG else 600), when_asked_for]


def test_memory_and_files_stay_flat(run: Run, site: tuple[str, dict[str, bytes]]) -> None:
    base, served = site
    pages = mixed(SIZE.pages, base, run=90)
    served.update({page.url.removeprefix(base): page.html.encode() for page in of_kind(pages, "fetched")})
    children = run.pipeline(SERVICES)
    meter = Meter(children.values())
    with running(*children.values()), Sampler(meter.look, 2.0):
        feeder = run.feed(pages, SIZE.over_s)
        with Sampler(lambda: _search(children["search"]), SIZE.search_every_s):
            feeder.finish(SIZE.over_s + 300)
        run.note(drained_s=round(run.settle(300), 1))
        uses = {name: list(found) for name, found in meter.uses.items()}
        run.note(**{name: _summary(found) for name, found in uses.items()})
        run.judge(expectations(pages), {page.id: page.value() for page in of_kind(pages, "poison")})
    if LONG:  # twenty seconds have no slope
        for name, found in uses.items():
            last = found[len(found) // 3 :]
            assert slope_mb(last) < MOST_MB_AN_HOUR, f"{name} grows by {slope_mb(last):.0f} MB an hour"
            assert slope_files(last) < MOST_FILES_AN_HOUR, f"{name} opens {slope_files(last):.1f} files an hour"


def _search(gateway: Child) -> None:
    """What people do meanwhile; an answer other than 200 fails the run."""
    host, port = gateway.settings.gateway
    with httpx.Client(base_url=f"http://{host}:{port}", timeout=30, trust_env=False, verify=False) as client:
        for path in ("/v1/search?q=harbour&facets=source,language", "/v1/search?sort=newest", "/readyz", "/metrics"):
            answer = client.get(path)
            assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"


def _summary(uses: list[Use]) -> dict[str, Any]:
    """Megabytes and files at the beginning, the most, at the end, and the slopes over the last two thirds."""
    last = uses[len(uses) // 3 :]
    mb = [round(use.rss / 1e6) for use in uses]
    files = [use.files for use in uses]
    slopes = {"mb_an_hour": round(slope_mb(last), 1), "files_an_hour": round(slope_files(last), 2)}
    return {"mb": [mb[0], max(mb), mb[-1]], "files": [files[0], max(files), files[-1]], **slopes}
