"""Wires stories: reads along with what becomes searchable, and groups what nobody grouped yet."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog

from services.contracts.topics import INDEXED
from services.index.setup import ensure_indices
from services.index.stories.group import Grouper
from services.index.stories.shelf import Shelf
from services.runtime import probes
from services.runtime.elastic import async_client
from services.runtime.errors import Unavailable
from services.runtime.service import Context, Service
from services.runtime.stage import Stage

STAGE = "stories"
SWEEP_S = 60.0
SWEPT = 100  # articles at a time
log = structlog.get_logger()


@asynccontextmanager
async def wiring(context: Context) -> AsyncIterator[Service]:
    """The stories service."""
    es = async_client(context.settings)
    try:
        await context.dependencies.wait_for("elasticsearch", lambda: ensure_indices(es, context.settings))
        shelf = Shelf(es, context.settings)
        grouper = Grouper(shelf)
        yield Service(
            [Stage(STAGE, INDEXED, grouper.process, onlooker=True)],
            background=[partial(sweep, shelf, grouper)],
            checks={"elasticsearch": partial(probes.elasticsearch, es)},
        )
    finally:
        await es.close()


async def sweep(shelf: Shelf, grouper: Grouper) -> None:
    """For ever: group the articles without a story, such as those of a release that knew none."""
    while True:
        try:
            while ids := await shelf.unlabelled(SWEPT):
                await grouper.group(ids)
                log.info("articles without a story grouped", articles=len(ids))
        except Unavailable as error:
            log.warning("grouping older articles has to wait", error=str(error)[:300])
        await asyncio.sleep(SWEEP_S * random.uniform(0.8, 1.2))
