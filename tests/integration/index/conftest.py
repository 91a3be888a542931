"""A client of the real Elasticsearch, and the articles' alias of the test's own namespace."""

from collections.abc import AsyncIterator

import pytest
from elasticsearch import AsyncElasticsearch

from services.contracts import indices
from services.index.setup import ensure_indices
from services.runtime.elastic import async_client
from services.runtime.settings import Settings


@pytest.fixture
async def es(settings: Settings) -> AsyncIterator[AsyncElasticsearch]:
    """A client; no index is there yet."""
    client = async_client(settings)
    yield client
    await client.close()


@pytest.fixture
async def alias(es: AsyncElasticsearch, settings: Settings) -> str:
    """The articles' alias, over indices as the index service makes them."""
    await ensure_indices(es, settings)
    return settings.name(indices.ARTICLES)
