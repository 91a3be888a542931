"""Indices of a benchmark's own: under a namespace that nobody has, and taken away after it."""

import secrets

from elasticsearch import AsyncElasticsearch

from services.contracts import indices
from services.runtime.settings import Settings


def namespace() -> str:
    """A new one."""
    return f"bench-{secrets.token_hex(3)}-"


async def delete(es: AsyncElasticsearch, settings: Settings) -> None:
    """Take away what `ensure_indices` made; what is not there is no error."""
    for name in (settings.name(indices.ARTICLES), settings.name(indices.JOURNEYS)):
        await es.indices.delete(index=f"{name}-000001", ignore_unavailable=True)
        if await es.indices.exists_index_template(name=name):
            await es.indices.delete_index_template(name=name)
