"""The index of the sources: its mapping, and the reads and writes that commands and the gateway need."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.helpers import BulkIndexError, bulk, scan

from services.contracts import indices
from services.contracts.sources import SourceRecord
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.sources.plan import Plan

_KEYWORD = {"type": "keyword", "ignore_above": 4096}
_DATE = {"type": "date"}
MAPPINGS: dict[str, Any] = {
    "dynamic": False,
    "properties": {
        **dict.fromkeys(("id", "name", "feeds", "sitemaps", "language", "country", "tags"), _KEYWORD),
        "enabled": {"type": "boolean"},
        "added_at": _DATE,
        "state": {
            "properties": {
                **dict.fromkeys(("next_poll", "last_poll", "last_success", "lease_until"), _DATE),
                "lease_owner": _KEYWORD,
                "failures": {"type": "integer"},
                "found": {"type": "long"},
            }
        },
    },
}


def index_body(settings: Settings) -> dict[str, Any]:
    """What the index is created with. It has one small document a source, so one shard is plenty."""
    return {
        "index": settings.name(indices.SOURCES),
        "mappings": MAPPINGS,
        "settings": {"number_of_shards": 1, "number_of_replicas": settings.replicas, "refresh_interval": "1s"},
    }


def is_taken(error: BadRequestError) -> bool:
    """Whether creating failed since another was first."""
    return error.error == "resource_already_exists_exception"


class SourceIndex:
    """Sources in Elasticsearch, for whoever works without asyncio. Every method raises Unavailable."""

    def __init__(self, es: Elasticsearch, settings: Settings) -> None:
        self._es = es
        self._settings = settings
        self._name = settings.name(indices.SOURCES)

    def ensure(self) -> None:
        """Create the index unless it is there."""
        with self._reachable():
            try:
                if not self._es.indices.exists(index=self._name):
                    self._es.indices.create(**index_body(self._settings))
            except BadRequestError as error:
                if not is_taken(error):
                    raise

    def all(self) -> list[SourceRecord]:
        """Every source, by name."""
        with self._reachable():
            try:
                self._es.indices.refresh(index=self._name)
                hits = list(scan(self._es, index=self._name, query={"query": {"match_all": {}}}))
            except NotFoundError:
                return []
        found = [SourceRecord.model_validate(hit["_source"]) for hit in hits]
        return sorted(found, key=lambda source: (source.name.casefold(), source.id))

    def apply(self, plan: Plan) -> None:
        """Write what the plan says; state that pollers keep is left alone."""
        self.ensure()
        added = [{"_op_type": "create", "_id": s.id, "_source": s.model_dump(mode="json")} for s in plan.added.values()]
        merged = [{"_op_type": "update", "_id": s.id, "doc": s.config()} for s in plan.merged.values()]
        with self._reachable():
            bulk(self._es, [*added, *merged], index=self._name, refresh="wait_for")

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        where = self._settings.es_shown
        try:
            yield
        except TransportError as error:
            raise Unavailable(f"Elasticsearch at {where} does not answer ({error.message}); is it up?") from error
        except BulkIndexError as error:
            raise Unavailable(
                f"Elasticsearch at {where} refused {len(error.errors)} sources: {error.errors[0]}"
            ) from error
        except ApiError as error:
            raise Unavailable(f"Elasticsearch at {where} refused ({error.status_code}): {error.message}") from error
