"""The one way to an Elasticsearch client: retries, timeouts and node settings in one place; and what all do with it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError, AsyncElasticsearch, BadRequestError, Elasticsearch, OrjsonSerializer, TransportError

from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.tls import trusting

REQUEST_TIMEOUT_S = 30.0


def async_client(settings: Settings) -> AsyncElasticsearch:
    """A client for the services; whoever opens it closes it (elasticsearch-py#2349)."""
    return AsyncElasticsearch(
        **_options(settings),
        serializers={"application/json": OrjsonSerializer()},  # a third of a search's time in the gateway was json
    )


def sync_client(settings: Settings) -> Elasticsearch:
    """A client for commands and tests; whoever opens it closes it."""
    return Elasticsearch(**_options(settings))


def _options(settings: Settings) -> dict[str, Any]:
    """Nodes take turns; one that does not answer is left out for a while, and what was asked of it goes to another.

    Raises SettingsError for a file that holds no certificates.
    """
    urls = settings.es_urls
    options: dict[str, Any] = {
        "hosts": urls,
        "request_timeout": REQUEST_TIMEOUT_S,
        "max_retries": max(2, len(urls)),
        "retry_on_timeout": False,
    }
    if key := settings.elasticsearch_api_key.get_secret_value():
        options["api_key"] = key
    if settings.elasticsearch_ca:
        options["ssl_context"] = trusting("NEWSLOOM_ELASTICSEARCH_CA", settings.elasticsearch_ca)
    return options


def small_index(name: str, mappings: Mapping[str, Any], replicas: int, **more: Any) -> dict[str, Any]:
    """What an index of small documents is created with, for which one shard is plenty; `more`: settings of its own."""
    return {
        "index": name,
        "mappings": mappings,
        "settings": {"number_of_shards": 1, "number_of_replicas": replicas, **more},
    }


async def ensure_index(es: AsyncElasticsearch, body: Mapping[str, Any]) -> None:
    """Create the index `body["index"]` unless it is there, or another was first. Raises what the client raises."""
    if not await es.indices.exists(index=body["index"]):
        try:
            await es.indices.create(**body)
        except BadRequestError as error:
            if not is_taken(error):
                raise


def ensure_index_sync(es: Elasticsearch, body: Mapping[str, Any]) -> None:
    """The same without asyncio."""
    if not es.indices.exists(index=body["index"]):
        try:
            es.indices.create(**body)
        except BadRequestError as error:
            if not is_taken(error):
                raise


def is_taken(error: BadRequestError) -> bool:
    """Whether creating failed since another was first."""
    return error.error == "resource_already_exists_exception"


def documents_of(docs: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Those of an answer to `mget` that are there, by id. Raises Unavailable.

    An index that is not there yet holds nothing; a shard that does not answer may hold what is asked for.
    """
    errors = [e for doc in docs if (e := doc.get("error")) and e.get("type") != "index_not_found_exception"]
    if errors:
        raise Unavailable(f"Elasticsearch can not look up: {errors[0].get('reason')}")
    return {doc["_id"]: doc["_source"] for doc in docs if doc.get("found")}


@contextmanager
def reachable(settings: Settings) -> Iterator[None]:
    """For commands: whatever Elasticsearch raises becomes Unavailable, in words that say where it was looked for."""
    where = settings.es_shown
    try:
        yield
    except TransportError as error:
        raise Unavailable(f"Elasticsearch at {where} does not answer ({error.message}); is it up?") from error
    except ApiError as error:
        raise Unavailable(f"Elasticsearch at {where} refused ({error.status_code}): {error.message}") from error
