"""Creates the indices behind their aliases, and brings what an older release made up to date."""

from typing import Any

import structlog
from elasticsearch import ApiError, AsyncElasticsearch, BadRequestError, TransportError

from services.contracts import indices
from services.index.analysis import detect_analysis
from services.index.generations import NOT_GONE, named
from services.index.mapping import JOURNEYS_MAPPING, TEMPLATES, additions, mapping
from services.runtime.elastic import is_taken
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

TEMPLATE_PRIORITY = 500  # over what a cluster's own catch-all templates have
log = structlog.get_logger()


async def ensure_indices(es: AsyncElasticsearch, settings: Settings) -> None:
    """Create what is missing, upgrade what is there. Safe when several workers start at once. Raises Unavailable."""
    try:
        for alias in (settings.name(indices.ARTICLES), settings.name(indices.JOURNEYS)):
            await _forbid_accidents(es, alias)
        await _articles(es, settings, settings.name(indices.ARTICLES))
        journeys = settings.name(indices.JOURNEYS)
        if not await es.indices.exists_alias(name=journeys):
            await create(es, settings, named(journeys, 1), JOURNEYS_MAPPING, {journeys: {"is_write_index": True}})
    except TransportError as error:
        raise Unavailable(f"Elasticsearch at {settings.es_shown} does not answer: {error.message}") from error
    except ApiError as error:
        raise Unavailable(f"Elasticsearch can not create our indices ({error.status_code}): {error.message}") from error


async def create(
    es: AsyncElasticsearch, settings: Settings, name: str, body: dict[str, Any], aliases: dict[str, Any]
) -> bool:
    """Create one index; False when it is there already. Raises what the client raises."""
    # An explicit refresh interval keeps a shard refreshing when nobody searches; the default would let
    # it idle (docs: index.search.idle.after), and news.indexed.v1 would tell of what is not yet found.
    extra = {
        "number_of_shards": settings.shards,
        "number_of_replicas": settings.replicas,
        "refresh_interval": "1s",
    }
    index_settings = {**body.get("settings", {}), **extra}
    try:
        await es.indices.create(index=name, settings=index_settings, mappings=body["mappings"], aliases=aliases)
    except BadRequestError as error:
        if not is_taken(error):
            raise
        return False
    log.info("index created", index=name)
    return True


async def _articles(es: AsyncElasticsearch, settings: Settings, alias: str) -> None:
    if not await es.indices.exists_alias(name=alias):
        body = mapping(await detect_analysis(es))
        await create(es, settings, named(alias, 1), body, {alias: {"is_write_index": True, "filter": NOT_GONE}})
        return
    found = (await es.indices.get(index=alias)).body
    for name, index in found.items():
        await _add_fields(es, name, index["mappings"])
    unfiltered = {n: i["aliases"][alias] for n, i in found.items() if i["aliases"][alias].get("filter") != NOT_GONE}
    if unfiltered:
        only = len(found) == 1
        actions = [
            {
                "add": {
                    "index": name,
                    "alias": alias,
                    "filter": NOT_GONE,
                    "is_write_index": given.get("is_write_index", only),
                }
            }
            for name, given in unfiltered.items()
        ]
        await es.indices.update_aliases(actions=actions)
        log.info("the alias hides tombstones from now on", alias=alias)


async def _add_fields(es: AsyncElasticsearch, name: str, mappings: dict[str, Any]) -> None:
    """Give an index the fields that this release added; what changed in kind needs 'newsloom reindex'."""
    missing = additions(mappings)
    if not missing:
        return
    try:
        await es.indices.put_mapping(index=name, properties=missing, dynamic_templates=TEMPLATES)
        log.info("fields added", index=name, fields=sorted(missing))
    except BadRequestError as error:
        log.warning("this index keeps its old fields until 'newsloom reindex'", index=name, error=error.message)


async def _forbid_accidents(es: AsyncElasticsearch, alias: str) -> None:
    """Have no write ever create a generation: one to a deleted generation answers 404 then.

    https://www.elastic.co/guide/en/elasticsearch/reference/8.19/indices-put-template.html (allow_auto_create)
    """
    if not await es.indices.exists_index_template(name=alias):
        await es.indices.put_index_template(
            name=alias, index_patterns=[f"{alias}-*"], priority=TEMPLATE_PRIORITY, allow_auto_create=False
        )
