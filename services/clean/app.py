"""Wires clean: pages in, articles out, extraction in worker processes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from services.clean.extract import CleanLimits, extract
from services.clean.learning import Asked, learning, learnt
from services.contracts.messages import PageMessage
from services.contracts.topics import ARTICLES, PAGES
from services.runtime.commas import parts
from services.runtime.dated import dated
from services.runtime.each import each
from services.runtime.pool import LANES, Pool
from services.runtime.service import Context, Service
from services.runtime.settings import Settings
from services.runtime.stage import Outcome, Stage


def limits_of(settings: Settings) -> CleanLimits:
    """The part of the settings that extraction needs."""
    languages = frozenset(parts(settings.languages))
    return CleanLimits(max_page_bytes=settings.max_page_bytes, min_words=settings.min_words, languages=languages)


_SENTENCE = "The harbour opened a new crane on Tuesday, and the mayor said that it would bring work to many people. "
_SAMPLE = f"""<html><head><title>A new crane</title></head><body><article><h1>A new crane</h1>
<p class="date">Am 12. November 2026</p><p>{_SENTENCE * 3}</p><p>{_SENTENCE * 3}</p></article></body></html>"""


def warm() -> None:
    """Clean one page, so that what libraries load at first use is not on a real page's time."""
    extract(PageMessage(url="https://news.example/", html=_SAMPLE), CleanLimits())


def work(limits: CleanLimits, pages: Sequence[PageMessage]) -> list[Outcome]:
    """What a worker process does with a chunk."""
    return each(partial(extract, limits=limits), pages)


def learn(limits: CleanLimits, pages: Sequence[Asked]) -> list[Outcome]:
    """The same with what is known of the pages' hosts."""
    return each(partial(learnt, limits=limits), pages)


@asynccontextmanager
async def wiring(context: Context) -> AsyncIterator[Service]:
    """The clean service."""
    settings = context.settings
    pool = Pool(
        partial(learn if settings.learn else work, limits_of(settings)),
        workers=settings.workers,
        limit_s=settings.document_limit_s,
        memory_mib=settings.worker_memory_mib,
        initializer=warm,
    )
    await pool.start()
    stage = partial(Stage, "clean", PAGES, writes=ARTICLES, tiers=1, lanes=LANES, prepare=dated)
    try:
        if settings.learn:
            async with learning(settings, pool.process) as learner:
                yield Service([stage(process=learner.process)], background=[learner.run])
        else:
            yield Service([stage(process=pool.process)])
    finally:
        await pool.stop()
