"""Saved searches, as the index `newsloom-saved-searches` holds them."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from elasticsearch import AsyncElasticsearch, NotFoundError
from pydantic import BaseModel, ConfigDict

from services.contracts import indices
from services.runtime.elastic import ensure_index, small_index
from services.runtime.settings import Settings
from services.search.params import FilterParams
from services.search.provider import ANSWER_LIMIT_S, AT_ONCE, documents, reachable, removed

MOST = 1_000
_MAPPINGS: dict[str, Any] = {
    "dynamic": False,
    "properties": {
        "id": {"type": "keyword"},
        "name": {"type": "keyword", "ignore_above": 1024},
        "search": {"type": "object", "enabled": False},
        "created_at": {"type": "date"},
        "updated_at": {"type": "date"},
    },
}


class TooMany(Exception):
    """There are as many saved searches as there may be."""


class SavedSearch(BaseModel):
    """A search under a name."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    search: FilterParams
    created_at: datetime
    updated_at: datetime

    def document(self) -> dict[str, Any]:
        """As it stands in the index: of the search, only what was said."""
        return {**self.model_dump(mode="json", exclude={"search"}), "search": said(self.search)}


def said(search: FilterParams) -> dict[str, Any]:
    """The parameters that are not as by default, by their public names."""
    return search.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def pairs(search: FilterParams) -> list[tuple[str, str]]:
    """The parameters as a query string's pairs."""
    found = said(search)
    return [
        (name, str(one)) for name, value in found.items() for one in (value if isinstance(value, list) else [value])
    ]


def new_id() -> str:
    """An id that nobody guesses."""
    return secrets.token_hex(8)


class SavedSearches:
    """Saved searches in Elasticsearch. Every method raises Unavailable when it does not answer."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings) -> None:
        self._es = es.options(request_timeout=ANSWER_LIMIT_S, retry_on_timeout=False)
        self._name = settings.name(indices.SAVED_SEARCHES)
        self._replicas = settings.replicas

    async def page(self, start: int, size: int) -> tuple[int, list[SavedSearch]]:
        """How many there are, and `size` of them by name."""
        sort = [{"name": "asc"}, {"id": "asc"}]
        async with reachable():
            answer = await self._es.search(
                index=self._name, from_=start, size=size, sort=sort, track_total_hits=True, ignore_unavailable=True
            )
        hits = answer["hits"]
        found = [SavedSearch.model_validate(hit["_source"]) for hit in hits["hits"]]
        return hits.get("total", {"value": 0})["value"], found

    async def some(self, identities: Iterable[str]) -> list[SavedSearch]:
        """Those of these ids that there are."""
        found = await documents(self._es, self._name, identities)
        return [SavedSearch.model_validate(source) for source in found.values()]

    async def get(self, identity: str) -> SavedSearch | None:
        """One of them."""
        try:
            async with reachable():
                found = await self._es.get(index=self._name, id=identity)
        except NotFoundError:
            return None
        return SavedSearch.model_validate(found["_source"])

    async def add(self, saved: SavedSearch) -> None:
        """Write a new one. Raises TooMany."""
        await self._ensure()
        async with reachable():
            there = await self._es.count(index=self._name)
            if there["count"] >= MOST:
                raise TooMany
        await self._write(saved, "create")

    async def replace(self, saved: SavedSearch) -> None:
        """Write one that is there."""
        await self._write(saved, "index")

    async def remove(self, identity: str) -> bool:
        """Forget it. False when it is not there."""
        return await removed(self._es, self._name, identity)

    async def _write(self, saved: SavedSearch, op_type: str) -> None:
        async with reachable():
            await self._es.index(
                index=self._name, id=saved.id, document=saved.document(), op_type=op_type, refresh=AT_ONCE
            )

    async def _ensure(self) -> None:
        async with reachable():
            await ensure_index(self._es, small_index(self._name, _MAPPINGS, self._replicas, refresh_interval="1s"))
