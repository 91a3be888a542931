"""Runs cases through what the clean service runs, in worker processes that are killed at its limit."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import Any

from pebble import ProcessExpired, ProcessPool

from services.clean.app import warm, work
from services.clean.limits import CleanLimits
from services.contracts.fates import Skip
from services.contracts.messages import Article
from services.runtime.memory import bound_memory, within_memory
from services.runtime.pool import TASKS_PER_WORKER, TRIES_ALONE
from services.runtime.settings import Settings
from services.runtime.stage import Failure, Forward
from support.fuzz.cases import Case, make

LIMITS = CleanLimits(min_words=0)
CHUNK = 50
_pages: list[bytes] = []


@dataclass(frozen=True)
class Ran:
    """What became of a case: CPU seconds, the kind of outcome, and what is wrong with it (empty: nothing)."""

    kind: str
    seed: int
    seconds: float
    outcome: str = ""
    fault: str = ""


def prepare(pages: Sequence[bytes]) -> None:
    """A worker's own pages, and the bound of its memory."""
    _pages[:] = pages
    warm()
    bound_memory(Settings.model_fields["worker_memory_mib"].default)


def run_case(case: Case, slow_s: float) -> Ran:
    """Run one case; `slow_s`: the CPU seconds that it may take."""
    start = time.process_time()
    outcome = work(LIMITS, [case.message()])[0]
    ran = Ran(case.kind, case.seed, time.process_time() - start, type(outcome).__name__, _wrong(outcome))
    if not ran.fault and ran.seconds > slow_s:
        return replace(ran, fault=f"slow: more than {slow_s:g} s")
    return ran


def _wrong(outcome: Any) -> str:
    if isinstance(outcome, Failure):
        return outcome.detail
    if isinstance(outcome, Skip):
        return "" if outcome.detail else "a skip without a detail"
    if not isinstance(outcome, Forward) or not isinstance(outcome.message, Article):
        return f"no article, skip or failure: {outcome!r}"[:500]
    article = outcome.message
    if Article.model_validate_json(article.to_json()) != article:
        return "the article is another after its journey through JSON"
    return "control characters in the article" if "\x00" in article.body + article.title else ""


def _run_seeds(seeds: Sequence[tuple[str, int]], slow_s: float) -> list[Ran]:
    return [run_case(make(kind, seed, _pages), slow_s) for kind, seed in seeds]


def run(plan: Sequence[tuple[str, int]], pages: Sequence[bytes], limit_s: float, jobs: int) -> Iterator[Ran]:
    """What became of each case of `plan`. `limit_s`: the service's, of which a case alone has a part (runtime/pool.py).

    Cases go in chunks; where one takes too long or kills its worker, they go again alone.
    """
    slow_s = limit_s / (1 + TRIES_ALONE)
    with Workers(pages, jobs) as workers:
        chunks = [plan[i : i + CHUNK] for i in range(0, len(plan), CHUNK)]
        ahead = [(chunk, workers.start(_run_seeds, chunk, slow_s, limit_s=2 * limit_s)) for chunk in chunks]
        for chunk, future in ahead:
            ran = result(future)
            if isinstance(ran, str):
                yield from (_alone(workers, one, slow_s, limit_s) for one in chunk)
            else:
                yield from ran


def _alone(workers: "Workers", one: tuple[str, int], slow_s: float, limit_s: float) -> Ran:
    ran = result(workers.start(_run_seeds, [one], slow_s, limit_s=limit_s))
    return Ran(*one, limit_s, "none", ran) if isinstance(ran, str) else ran[0]


class Workers:
    """Worker processes as the service has them."""

    def __init__(self, pages: Sequence[bytes], jobs: int) -> None:
        context = get_context("spawn")
        self._pool = ProcessPool(jobs, TASKS_PER_WORKER, prepare, [list(pages)], context)

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.stop()
        self._pool.join()

    def start(self, function: Any, *given: Any, limit_s: float) -> Any:
        """The future of `function`; its worker is killed after `limit_s` seconds."""
        return self._pool.schedule(within_memory, args=(function, *given), timeout=limit_s)


def result(future: Any) -> Any:
    """The future's result, or in words why there is none."""
    try:
        return future.result()
    except TookTooLong:
        return "killed at the time limit"
    except ProcessExpired as error:
        return f"the worker died: {error}"
