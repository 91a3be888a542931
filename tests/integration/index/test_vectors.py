"""Vectors in the archive: brought by a replay, carried along by reindex, of several models beside each other."""

from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch
from support.messages import enriched

from services.contracts import indices
from services.contracts.messages import Enriched
from services.index import reindex
from services.index.stages import Indexer
from services.index.stored import look_up
from services.runtime.settings import Settings
from services.runtime.stage import Forward

pytestmark = pytest.mark.stack


def by(model: str, *vector: float) -> Enriched:
    """The article as enrich makes it with that model."""
    return enriched("a", embedding=vector, models={"embedding": model}) if model else enriched("a")


async def nearest(es: AsyncElasticsearch, settings: Settings, key: str, *vector: float) -> list[str]:
    """Ids by kNN in the field of that model."""
    alias = settings.name(indices.ARTICLES)
    await es.indices.refresh(index=alias)
    knn = {"field": f"embedding.{key}", "query_vector": vector, "k": 5, "num_candidates": 5}
    return [hit["_id"] for hit in (await es.search(index=alias, knn=knn))["hits"]["hits"]]


async def stored(es: AsyncElasticsearch, settings: Settings) -> dict[str, Any]:
    article = by("")
    return (await look_up(es, settings.name(indices.ARTICLES), [article.id]))[article.id].document


async def test_a_replay_brings_vectors_to_what_is_there_and_reindex_keeps_them(
    es: AsyncElasticsearch, settings: Settings, alias: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexer = Indexer(es, settings)
    # Without a model; with one; once more without; with a model whose vectors have another number of dimensions.
    for article in (by(""), by("m 1a", 0.6, 0.8), by(""), by("n 2b", 0.0, 0.6, 0.8)):
        (outcome,) = await indexer.articles([article])
        assert isinstance(outcome, Forward)
    document = await stored(es, settings)
    assert document["embedding"] == {"1a-2": [0.6, 0.8], "2b-3": [0.0, 0.6, 0.8]}
    monkeypatch.setattr(reindex, "DRAIN_S", 0.0)
    state = await reindex.start(es, settings, alias, "elasticsearch")
    await reindex.finish(es, alias, state, lambda *_: None, drop_old=False)
    assert await stored(es, settings) == document
    for key, vector in document["embedding"].items():
        assert await nearest(es, settings, key, *vector) == [document["id"]]
