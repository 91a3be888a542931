"""Follows a set of pages to their fates, and shows each stage's counts as they move."""

import time
from collections import Counter
from collections.abc import Mapping

import httpx
from elasticsearch import ApiError, Elasticsearch, TransportError
from rich.live import Live
from rich.table import Table

from services.commands.output import console
from services.contracts import indices
from services.runtime.elastic import sync_client
from services.runtime.settings import STAGES, Settings

FINAL = {"indexed", "skipped", "dead"}
LOOK_S = 0.5
LINE_S = 3.0
COLUMNS = ("in", "forwarded", "skipped", "dead", "lag")


def watch(settings: Settings, pages: Mapping[str, str], limit_s: float) -> dict[str, str]:
    """Wait until all `pages` (by id) have a final fate or `limit_s` seconds are over; fates by id.

    On a terminal the counts are a table that moves, elsewhere a line now and then.
    """
    deadline = time.monotonic() + limit_s
    fates: dict[str, str] = {}
    last_line = 0.0
    with sync_client(settings) as es, Live(console=console, auto_refresh=False, transient=False) as live:
        while True:
            fates = _fates(es, settings, list(pages))
            finished = len(fates) == len(pages) or time.monotonic() >= deadline
            if console.is_terminal:
                live.update(_table(settings, fates, len(pages)), refresh=True)
            elif finished or time.monotonic() - last_line >= LINE_S:
                last_line = time.monotonic()
                console.print(_line(settings, fates, len(pages)), markup=False)
            if finished:
                return fates
            time.sleep(LOOK_S)


def _fates(es: Elasticsearch, settings: Settings, ids: list[str]) -> dict[str, str]:
    try:
        found = es.mget(index=settings.name(indices.JOURNEYS), ids=ids, source=["fate"])
    except (ApiError, TransportError):  # not there yet, or just restarting: the limit judges, not this look
        return {}
    return {d["_id"]: d["_source"]["fate"] for d in found["docs"] if d.get("found") and d["_source"]["fate"] in FINAL}


def _status(settings: Settings, stage: str) -> dict[str, int | None]:
    host, port = settings.health_address(stage)
    try:
        answer: dict[str, int | None] = httpx.get(f"http://{host}:{port}/status", timeout=1, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return {}
    return answer


def _table(settings: Settings, fates: Mapping[str, str], total: int) -> Table:
    table = Table("stage", *COLUMNS, box=None, title=_summary(fates, total), title_justify="left")
    for stage in STAGES:
        status = _status(settings, stage)
        table.add_row(stage, *(_cell(status.get(column)) for column in COLUMNS))
    return table


def _line(settings: Settings, fates: Mapping[str, str], total: int) -> str:
    counts = "  ".join(f"{stage} {_cell(_status(settings, stage).get('in'))}" for stage in STAGES)
    return f"{_summary(fates, total)}  ({counts})"


def _summary(fates: Mapping[str, str], total: int) -> str:
    tally = ", ".join(f"{n} {fate}" for fate, n in sorted(Counter(fates.values()).items()))
    return f"{len(fates)} of {total} pages have their fate" + (f": {tally}" if tally else "")


def _cell(value: int | None) -> str:
    return "-" if value is None else str(value)
