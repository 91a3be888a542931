"""Creates the indices behind their aliases; writers demand the alias, so nothing is ever created by accident."""

from typing import Any

import structlog
from elasticsearch import ApiError, AsyncElasticsearch, BadRequestError, TransportError

from services.contracts import indices
from services.index.analysis import detect_analysis
from services.index.mapping import JOURNEYS_MAPPING, mapping
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

FIRST_GENERATION = "000001"
log = structlog.get_logger()


async def ensure_indices(es: AsyncElasticsearch, settings: Settings) -> None:
    """Create what is missing. Safe when several workers start at once. Raises Unavailable."""
    try:
        if not await es.indices.exists_alias(name=settings.name(indices.ARTICLES)):
            await _create(es, settings, indices.ARTICLES, mapping(await detect_analysis(es)))
        if not await es.indices.exists_alias(name=settings.name(indices.JOURNEYS)):
            await _create(es, settings, indices.JOURNEYS, JOURNEYS_MAPPING)
    except TransportError as error:
        raise Unavailable(f"Elasticsearch at {settings.es_shown} does not answer: {error.message}") from error
    except ApiError as error:
        raise Unavailable(f"Elasticsearch can not create our indices ({error.status_code}): {error.message}") from error


async def _create(es: AsyncElasticsearch, settings: Settings, alias: str, body: dict[str, Any]) -> None:
    name = settings.name(alias)
    # An explicit refresh interval keeps a shard refreshing when nobody searches; the default would let
    # it idle (docs: index.search.idle.after), and news.indexed.v1 would tell of what is not yet found.
    extra = {"number_of_replicas": settings.replicas, "refresh_interval": "1s"}
    index_settings = {**body.get("settings", {}), **extra}
    try:
        await es.indices.create(
            index=f"{name}-{FIRST_GENERATION}",
            settings=index_settings,
            mappings=body["mappings"],
            aliases={name: {"is_write_index": True}},
        )
        log.info("index created", alias=name)
    except BadRequestError as error:
        if error.error != "resource_already_exists_exception":
            raise
