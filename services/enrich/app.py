"""Wires enrich: articles in, enriched articles out, models in worker processes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from services.contracts.messages import Article, Enriched
from services.contracts.topics import ARTICLES, ENRICHED
from services.enrich.embed import embedded
from services.enrich.enrich import Models, check_models, enrich, load_models
from services.runtime.each import together
from services.runtime.embedding.model import Embedder, load_embedder
from services.runtime.pool import LANES, Pool
from services.runtime.service import Context, Service
from services.runtime.settings import Settings
from services.runtime.stage import Outcome, Stage

_models: list[Models] = []
"""A worker process's own models, loaded by `load` when it starts."""
_embedders: list[Embedder] = []
"""The same of hybrid search; empty where that is off."""


def load(pipelines: str, embedding: str = "", topic_models: str = "") -> None:
    """Load the models into this worker process."""
    _models[:] = [load_models(pipelines, topic_models)]
    _embedders[:] = filter(None, [load_embedder(embedding)])


def work(articles: Sequence[Article]) -> list[Outcome]:
    """What a worker process does with a chunk."""
    return together(_enriched, articles) if articles else []


def _enriched(articles: Sequence[Article]) -> list[Enriched]:
    enriched = enrich(articles, _models[0])
    return embedded(enriched, _embedders[0]) if _embedders else enriched


def check(settings: Settings) -> None:
    """Raise UsageError when a model is missing: before the service waits for Kafka, not at the first article."""
    check_models(settings.spacy_model, settings.topic_models)
    load_embedder(settings.embedding_model)


@asynccontextmanager
async def wiring(context: Context) -> AsyncIterator[Service]:
    """The enrich service."""
    settings = context.settings
    pool = Pool(
        work,
        workers=settings.workers,
        limit_s=settings.document_limit_s,
        memory_mib=settings.worker_memory_mib,
        initializer=load,
        initargs=(settings.spacy_model, settings.embedding_model, settings.topic_models),
    )
    await pool.start()
    try:
        yield Service([Stage("enrich", ARTICLES, pool.process, writes=ENRICHED, tiers=1, lanes=LANES)])
    finally:
        await pool.stop()
