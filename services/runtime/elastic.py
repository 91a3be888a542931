"""The one way to an Elasticsearch client: retries, timeouts and node settings in one place; and what all do with it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError, AsyncElasticsearch, BadRequestError, Elasticsearch, OrjsonSerializer, TransportError

from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

REQUEST_TIMEOUT_S = 30.0


def async_client(settings: Settings) -> AsyncElasticsearch:
    """A client for the services; whoever opens it closes it (elasticsearch-py#2349)."""
    return AsyncElasticsearch(
        settings.es_url,
        request_timeout=REQUEST_TIMEOUT_S,
        max_retries=2,
        retry_on_timeout=False,
        serializers={"application/json": OrjsonSerializer()},  # a third of a search's time in the gateway was json
    )


def sync_client(settings: Settings) -> Elasticsearch:
    """A client for commands and tests; whoever opens it closes it."""
    return Elasticsearch(settings.es_url, request_timeout=REQUEST_TIMEOUT_S, max_retries=2, retry_on_timeout=False)


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
