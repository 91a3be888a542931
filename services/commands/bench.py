"""`newsloom bench`: how fast the running stack is, from a published page to a search that finds it."""

import asyncio
import secrets
import statistics
import time
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from tqdm import tqdm

from services.commands.bench_pages import page, pages
from services.commands.output import JsonOption, complaints, console, print_json
from services.contracts.topics import PAGES
from services.runtime.errors import Unavailable
from services.runtime.gateway import ask
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings, load_settings

PATIENCE_S = 60.0
"""Longest time without one more page found."""
LOOK_S = 0.02
REST_S = 0.4


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bench")(bench)


def bench(
    number: Annotated[int, typer.Option("--pages", help="pages to send at once", min=1, max=100_000)] = 500,
    single: Annotated[int, typer.Option(help="pages to send one by one, each when all is idle", min=2, max=1000)] = 20,
    as_json: JsonOption = False,
) -> None:
    """Measure the running stack: pages a second of a burst, and the seconds until one page is found while all is idle.

    The pages are short made-up articles of a source of their own, named bench-…; they stay in the archive until
    'newsloom forget --source bench-…' takes them out. Times depend on the machine and what else it does: compare
    runs on one machine only.
    """
    source = f"bench-{secrets.token_hex(4)}"
    try:
        measured = asyncio.run(_measure(load_settings(), source, number, single))
    finally:  # also when it was interrupted, since pages are there by then
        complaints.print(f"take its pages out again: newsloom forget --source {source}", markup=False)
    if as_json:
        print_json(measured)
        return
    burst, idle = measured["burst"], measured["idle"]
    console.print(
        f"{burst['pages']} pages at once: all found after {burst['seconds']} s, {burst['rate']} pages a second"
    )
    console.print(
        f"{idle['pages']} pages one by one: median {idle['median']} s, p95 {idle['p95']} s, most {idle['most']} s"
    )


async def _measure(settings: Settings, source: str, number: int, single: int) -> dict[str, Any]:
    async with Publisher(settings) as publisher:
        await _until_found(settings, publisher, source, 0)  # connections, models and caches are warm after this one
        burst = await _burst(settings, publisher, source, number)
        waits = []
        for turn in range(1, single + 1):
            await asyncio.sleep(REST_S)
            waits.append(await _until_found(settings, publisher, source, turn))
    return {"source": source, "burst": burst, "idle": summary(waits)}


def summary(waits: Sequence[float]) -> dict[str, float]:
    """Seconds that pages took, as median, 95th percentile and most."""
    p95 = statistics.quantiles(waits, n=20, method="inclusive")[18]
    found = {"median": statistics.median(waits), "p95": p95, "most": max(waits)}
    return {"pages": len(waits), **{name: round(seconds, 2) for name, seconds in found.items()}}


async def _burst(settings: Settings, publisher: Publisher, source: str, number: int) -> dict[str, float]:
    before = await _count(settings, source)
    started = moved = time.perf_counter()
    found = 0
    with tqdm(total=number, unit=" pages", disable=None) as bar:
        sending = asyncio.create_task(publisher.send_all(PAGES, pages(source, number)))
        while found < number:
            now = await _count(settings, source) - before
            if now > found:
                bar.update(now - found)
                found, moved = now, time.perf_counter()
            _still_moving(moved, f"{found} of {number} pages were found")
            await asyncio.sleep(LOOK_S)
        await sending
    seconds = time.perf_counter() - started
    return {"pages": number, "seconds": round(seconds, 2), "rate": round(number / seconds, 1)}


async def _until_found(settings: Settings, publisher: Publisher, source: str, turn: int) -> float:
    """Seconds from publishing one page until a search finds it."""
    before = await _count(settings, source)
    started = time.perf_counter()
    await publisher.send(PAGES, page(source, f"single-{turn}"))
    while await _count(settings, source) == before:
        _still_moving(started, "one page was not found")
        await asyncio.sleep(LOOK_S)
    return time.perf_counter() - started


async def _count(settings: Settings, source: str) -> int:
    params = {"source": source, "page_size": 1}
    answer = await asyncio.to_thread(ask, settings, "GET", "/v1/search", params=params)
    return int(answer["total"]["value"])


def _still_moving(since: float, state: str) -> None:
    if time.perf_counter() - since > PATIENCE_S:
        raise Unavailable(f"{state}, then nothing for {PATIENCE_S:g} s; 'newsloom status' tells which stage stands")
