"""The index of the sources: its mapping, and the reads and writes that commands and the gateway need."""

from typing import Any

from elasticsearch import Elasticsearch, NotFoundError
from elasticsearch.helpers import BulkIndexError, bulk, scan

from services.contracts import indices
from services.contracts.sources import SourceRecord
from services.runtime.elastic import ensure_index_sync, reachable, small_index
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.sources.plan import Plan

WITHOUT_MEMORY = {"excludes": ["state.recent", "state.validators", "state.round"]}
"""What fetch remembers of a source, most of its document, which nobody else reads."""
_KEYWORD = {"type": "keyword", "ignore_above": 4096}
_DATE = {"type": "date"}
MAPPINGS: dict[str, Any] = {
    "dynamic": False,
    "properties": {
        **dict.fromkeys(("id", "name", "feeds", "sitemaps", "language", "country", "tags"), _KEYWORD),
        "enabled": {"type": "boolean"},
        "slot": {"type": "short"},
        "added_at": _DATE,
        "state": {
            "properties": {
                **dict.fromkeys(("next_poll", "last_poll", "last_success", "lease_until"), _DATE),
                "lease_owner": _KEYWORD,
                "slot": {"type": "short"},
                "failures": {"type": "integer"},
                "found": {"type": "long"},
                "changed": {"type": "long"},
            }
        },
    },
}


def index_body(settings: Settings) -> dict[str, Any]:
    """What the index is created with: a small document a source."""
    return small_index(settings.name(indices.SOURCES), MAPPINGS, settings.replicas, refresh_interval="1s")


class SourceIndex:
    """Sources in Elasticsearch, for whoever works without asyncio. Every method raises Unavailable."""

    def __init__(self, es: Elasticsearch, settings: Settings) -> None:
        self._es = es
        self._settings = settings
        self._name = settings.name(indices.SOURCES)

    def ensure(self) -> None:
        """Create the index unless it is there."""
        with reachable(self._settings):
            ensure_index_sync(self._es, index_body(self._settings))

    def all(self, whole: bool = True) -> list[SourceRecord]:
        """Every source, by name; unless `whole`, without what fetch remembers of it."""
        with reachable(self._settings):
            try:
                self._es.indices.refresh(index=self._name)
                hits = list(
                    scan(
                        self._es,
                        index=self._name,
                        source=True if whole else WITHOUT_MEMORY,
                        query={"query": {"match_all": {}}},
                    )
                )
            except NotFoundError:
                return []
        found = [SourceRecord.model_validate(hit["_source"]) for hit in hits]
        return sorted(found, key=lambda source: (source.name.casefold(), source.id))

    def remove(self, identity: str) -> bool:
        """Follow a source no more; False when there is none of that id. Its articles stay."""
        with reachable(self._settings):
            try:
                self._es.delete(index=self._name, id=identity, refresh="wait_for")
            except NotFoundError:
                return False
        return True

    def apply(self, plan: Plan) -> None:
        """Write what the plan says; state that pollers keep is left alone."""
        self.ensure()
        added = [{"_op_type": "create", "_id": s.id, "_source": s.model_dump(mode="json")} for s in plan.added.values()]
        merged = [{"_op_type": "update", "_id": s.id, "doc": s.config()} for s in plan.merged.values()]
        with reachable(self._settings):
            try:
                bulk(self._es, [*added, *merged], index=self._name, refresh="wait_for")
            except BulkIndexError as error:
                where, refused = self._settings.es_shown, error.errors
                raise Unavailable(f"Elasticsearch at {where} refused {len(refused)} sources: {refused[0]}") from error
