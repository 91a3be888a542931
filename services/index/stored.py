"""What Elasticsearch has under given ids, wherever it lives, tombstones included."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from elasticsearch import AsyncElasticsearch

from services.index.generations import get_many, homes
from services.runtime.errors import Unavailable

T = TypeVar("T")
MAX_DOCUMENTS = 500  # of one request, so that an answer with whole bodies stays at some MiB


@dataclass(frozen=True)
class Stored:
    """A document with the concrete index that holds it, and its version."""

    index: str
    version: int
    document: dict[str, Any]


async def look_up(
    es: AsyncElasticsearch, alias: str, ids: Sequence[str], fields: Sequence[str] | None = None, *, fresh: bool = False
) -> dict[str, Stored]:
    """Those of `ids` that are there, as of this moment, refreshed or not; `fields`: only these. Raises Unavailable."""
    found: dict[str, Stored] = {}
    for some in _slices(ids):
        places = await homes(es, alias, some, fresh=fresh)
        wanted = [{"_index": places[id_], "_id": id_} for id_ in some]
        for doc in await get_many(es, wanted, source_includes=fields):
            if doc.get("found"):
                found[doc["_id"]] = Stored(doc["_index"], doc["_version"], doc["_source"])
            elif doc.get("error"):
                raise Unavailable(f"Elasticsearch can not look up: {doc['error'].get('reason')}")
    return found


async def expect_winners(es: AsyncElasticsearch, lost: Sequence[tuple[str, str, int]]) -> None:
    """See that each (index, id, version) lost its conflict to a version that is as new. Raises Unavailable.

    A full disk fails a shard that knew of a first try but could not keep it: the second try then loses against nothing,
    and to call that a success lost documents (seen in make chaos SCENARIO=disk).
    """
    for some in _slices(lost):
        wanted = [{"_index": index, "_id": id_} for index, id_, _ in some]
        found = await get_many(es, wanted, source=False)
        if gone := [
            id_ for (_, id_, version), doc in zip(some, found, strict=True) if doc.get("_version", -1) < version
        ]:
            raise Unavailable(f"{len(gone)} documents lost against versions that are not there, such as {gone[0]}")


def _slices(ids: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(dict.fromkeys(ids))
    while some := list(islice(rest, MAX_DOCUMENTS)):
        yield some
