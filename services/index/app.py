"""Wires index: two stages over one Elasticsearch client, once the indices are there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from services.contracts.topics import ENRICHED, FATES, INDEXED
from services.index.setup import ensure_indices
from services.index.stages import Indexer
from services.index.upkeep import Upkeep
from services.runtime import probes
from services.runtime.elastic import async_client
from services.runtime.service import Context, Service
from services.runtime.stage import Stage


@asynccontextmanager
async def wiring(context: Context) -> AsyncIterator[Service]:
    """The index service."""
    es = async_client(context.settings)
    try:
        await context.dependencies.wait_for("elasticsearch", lambda: ensure_indices(es, context.settings))
        upkeep = Upkeep(es, context.settings)
        await context.dependencies.wait_for("elasticsearch", upkeep.learn_or_wait)
        indexer = Indexer(es, context.settings, retention=lambda: upkeep.retention, decisions=lambda: upkeep.decisions)
        yield Service(
            [
                Stage("index", ENRICHED, indexer.articles, writes=INDEXED),
                Stage("journeys", FATES, indexer.fates, fates=frozenset({"skipped"})),
            ],
            background=[upkeep.run],
            checks={"elasticsearch": partial(probes.elasticsearch, es)},
        )
    finally:
        await es.close()
