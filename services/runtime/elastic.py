"""The one way to an Elasticsearch client: retries, timeouts and node settings in one place."""

from elasticsearch import AsyncElasticsearch, Elasticsearch

from services.runtime.settings import Settings

REQUEST_TIMEOUT_S = 30.0


def async_client(settings: Settings) -> AsyncElasticsearch:
    """A client for the services; whoever opens it closes it (elasticsearch-py#2349)."""
    return AsyncElasticsearch(settings.es_url, request_timeout=REQUEST_TIMEOUT_S, max_retries=2, retry_on_timeout=False)


def sync_client(settings: Settings) -> Elasticsearch:
    """A client for commands and tests; whoever opens it closes it."""
    return Elasticsearch(settings.es_url, request_timeout=REQUEST_TIMEOUT_S, max_retries=2, retry_on_timeout=False)
