"""The generations behind the alias: concrete indices, of which each document lives in exactly one.

What is new goes into the newest (the alias's write index); what is there already stays where it is, however old. So a
writer asks `homes` first and sends each document to its index by name. That no such name is ever created by accident
is the index template's doing (setup.py): a write to a generation that is gone answers 404.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from services.runtime.errors import Unavailable

KNOWN_FOR_S = 1.0
"""How long a look at the alias serves; a rollover (rollover.py) keeps the old generation blocked for longer."""
MAX_GETS = 5000  # of one mget; an answer without the documents takes about 100 bytes each
TOMBSTONES: dict[str, Any] = {"exists": {"field": "gone.at"}}
NOT_GONE: dict[str, Any] = {"bool": {"must_not": TOMBSTONES}}
"""The alias's filter: no reader sees tombstones. Only GET by id does not ask for it."""


@dataclass(frozen=True)
class Generations:
    """The indices behind the alias, newest first, and the one that new documents go to."""

    names: tuple[str, ...]
    write: str


_known: "WeakKeyDictionary[AsyncElasticsearch, dict[str, tuple[float, Generations]]]" = WeakKeyDictionary()


async def homes(es: AsyncElasticsearch, alias: str, ids: Sequence[str], *, fresh: bool = False) -> dict[str, str]:
    """For each id the concrete index where its document (or tombstone) lives, else the write index.

    Ask again with `fresh` when an item was answered with 403 or 404: the generations have changed, or are about to.
    Write at once what was asked for. Raises Unavailable.
    """
    known = await _look(es, alias, fresh)
    if len(known.names) == 1:
        return dict.fromkeys(ids, known.write)
    found: dict[str, str] = {}
    for wanted in _requests(known, dict.fromkeys(ids)):
        for doc in await get_many(es, wanted, filter_path="docs._index,docs._id,docs.found"):
            if doc.get("found"):
                found.setdefault(doc["_id"], doc["_index"])
    return {id_: found.get(id_, known.write) for id_ in ids}


async def get_many(es: AsyncElasticsearch, wanted: Sequence[dict[str, Any]], **given: Any) -> list[dict[str, Any]]:
    """The answers of one mget, in order, as of this moment, refreshed or not. Raises Unavailable."""
    try:
        answer = await es.mget(docs=wanted, **given)
    except TransportError as error:
        raise Unavailable(f"Elasticsearch does not answer: {error.message}") from error
    except ApiError as error:
        raise Unavailable(f"Elasticsearch can not look up ({error.status_code}): {error.message}") from error
    docs: list[dict[str, Any]] = answer["docs"]
    return docs


async def generations(es: AsyncElasticsearch, alias: str) -> Generations:
    """What is behind the alias now. Raises Unavailable, also when the alias is not there (yet)."""
    try:
        answer = await es.indices.get_alias(name=alias)
    except TransportError as error:
        raise Unavailable(f"Elasticsearch does not answer: {error.message}") from error
    except ApiError as error:
        raise Unavailable(f"Elasticsearch does not tell what {alias} is ({error.status_code})") from error
    return read(answer.body, alias)


def read(answer: dict[str, Any], alias: str) -> Generations:
    """`Generations` from the answer of GET /_alias/ALIAS."""
    names = tuple(sorted(answer, reverse=True))
    marked = [name for name in names if answer[name]["aliases"][alias].get("is_write_index")]
    return Generations(names, (marked or names)[0])


def number(name: str) -> int:
    """The number of a generation, from its name."""
    return int(name.rpartition("-")[2])


def is_generation(alias: str, name: str) -> bool:
    """Whether an index of that name is (or was, or is to be) a generation of `alias`."""
    return re.fullmatch(re.escape(alias) + r"-[0-9]{6,}", name) is not None


def named(alias: str, of: int) -> str:
    """Name of the generation of that number; names sort as numbers do."""
    return f"{alias}-{of:06}"


async def _look(es: AsyncElasticsearch, alias: str, fresh: bool) -> Generations:
    mine = _known.setdefault(es, {})
    seen = mine.get(alias)
    now = time.monotonic()
    if seen and not fresh and now - seen[0] <= KNOWN_FOR_S:
        return seen[1]
    known = await generations(es, alias)
    mine[alias] = (now, known)
    return known


def _requests(known: Generations, ids: dict[str, None]) -> Iterator[list[dict[str, Any]]]:
    """The look-ups in requests of bounded size; of one id newest first, in one request or in order."""
    body: list[dict[str, Any]] = []
    for id_ in ids:
        body += ({"_index": name, "_id": id_, "_source": False} for name in known.names)
        if len(body) >= MAX_GETS:
            yield body
            body = []
    if body:
        yield body
