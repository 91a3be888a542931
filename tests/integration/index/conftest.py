"""A client of the real Elasticsearch, and the articles' alias of the test's own namespace."""

import pytest
from elasticsearch import AsyncElasticsearch

from services.contracts import indices
from services.index.setup import ensure_indices
from services.runtime.settings import Settings


@pytest.fixture
async def alias(es: AsyncElasticsearch, settings: Settings) -> str:
    """The articles' alias, over indices as the index service makes them."""
    await ensure_indices(es, settings)
    return settings.name(indices.ARTICLES)
