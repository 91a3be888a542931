"""All that the gateway asks of Elasticsearch, with its errors in our words."""

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError, AsyncElasticsearch, BadRequestError, NotFoundError, TransportError

from services.contracts import indices
from services.contracts.indices import EMBEDDING
from services.runtime.elastic import documents_of
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

PIT_KEEP_ALIVE = "5m"
ANSWER_LIMIT_S = 15.0  # over SEARCH_TIMEOUT in query.py, after which Elasticsearch gives a search up itself
PING_LIMIT_S = 3.0
LANGUAGES_FOR_S = GROUPED_FOR_S = 60.0
AT_ONCE = True
"""`refresh` of writes by people, to small indices: milliseconds, where `wait_for` has them wait for up to a second."""
PENDING = "pending"


class ExpiredCursor(Exception):
    """The cursor's point in time is over, or it never was one."""


class Gone(Exception):
    """The article was here and is no more: its site took it away, or it was taken out here."""

    def __init__(self, at: str, reason: str, detail: str) -> None:
        super().__init__(f"this article is gone since {at} ({reason}): {detail}")
        self.reason = reason


@dataclass(frozen=True)
class Note:
    """A pending journey as it was written, so that exactly that can be taken back."""

    id: str
    seq_no: int
    primary_term: int


class Provider:
    """Reads of the archive. Every method raises Unavailable when Elasticsearch does not answer."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings) -> None:
        # No retry after a timeout: a client waits, and a search that was too slow once would be so again.
        self._es = es.options(request_timeout=ANSWER_LIMIT_S, retry_on_timeout=False)
        self._articles = settings.name(indices.ARTICLES)
        self._journeys = settings.name(indices.JOURNEYS)
        self._languages: tuple[str, ...] | None = None
        self._languages_at = 0.0
        self._grouped_until = 0.0

    async def ping(self) -> None:
        """Raises Unavailable unless Elasticsearch answers."""
        async with reachable():
            await self._es.options(request_timeout=PING_LIMIT_S).cluster.health(timeout="2s")

    async def languages(self) -> tuple[str, ...]:
        """Codes of the languages that the index stems, as its mapping says; a new generation may have others."""
        if self._languages is None or time.monotonic() - self._languages_at > LANGUAGES_FOR_S:
            async with reachable():
                found = await self._es.indices.get_mapping(index=self._articles, ignore_unavailable=True)
            codes = [m["mappings"].get("_meta", {}).get("languages", []) for m in found.values()]
            if not codes:
                return ()
            self._languages, self._languages_at = tuple(sorted(set().union(*codes))), time.monotonic()
        return self._languages

    async def embeddings(self) -> set[str]:
        """Keys of the models (contracts/indices.py) of which the archive has vectors."""
        async with reachable():
            found = await self._es.indices.get_mapping(index=self._articles, ignore_unavailable=True)
        fields = [m["mappings"].get("properties", {}).get(EMBEDDING, {}) for m in found.values()]
        return {key for field in fields for key in field.get("properties", {})}

    async def search(self, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a search; an index that is not there yet is an empty one."""
        async with reachable():
            answer = await self._es.search(index=self._articles, body=body, ignore_unavailable=True)
        return _whole(dict(answer.body))

    async def grouped(self) -> bool:
        """Whether every article is in a story; those of an earlier release are not at first. Known for a minute."""
        if time.monotonic() > self._grouped_until:
            missing = {"bool": {"must_not": {"exists": {"field": "story_id"}}}}
            found = await self.search({"query": missing, "size": 1, "_source": False, "track_total_hits": False})
            if found["hits"]["hits"]:
                return False
            self._grouped_until = time.monotonic() + GROUPED_FOR_S
        return True

    async def refresh(self) -> None:
        """Have searches see all that was written until now."""
        async with reachable():
            await self._es.indices.refresh(index=self._articles, ignore_unavailable=True)

    async def search_pit(self, body: dict[str, Any], pit: str) -> dict[str, Any]:
        """The answer to a search in a point in time. Raises ExpiredCursor."""
        try:
            async with reachable():
                answer = await self._es.search(body={**body, "pit": {"id": pit, "keep_alive": PIT_KEEP_ALIVE}})
        except (NotFoundError, BadRequestError) as error:
            raise ExpiredCursor from error
        return _whole(dict(answer.body))

    async def open_pit(self) -> str:
        """A point in time of the articles; of nothing while there is no index yet."""
        async with reachable():
            answer = await self._es.open_point_in_time(
                index=self._articles, keep_alive=PIT_KEEP_ALIVE, ignore_unavailable=True
            )
        return str(answer["id"])

    async def close_pit(self, pit: str) -> None:
        """Let a point in time go; Elasticsearch lets one that is forgotten go too, later."""
        try:
            async with reachable():
                await self._es.close_point_in_time(id=pit)
        except NotFoundError:
            pass

    async def article(self, identity: str) -> dict[str, Any] | None:
        """One article's document, from whichever generation holds it. Raises Gone."""
        excludes = ["stemmed", "facet", "entity_keys", "at", "trail", "kept", EMBEDDING]
        try:
            async with reachable():
                behind = await self._es.indices.get_alias(name=self._articles)
                docs = [{"_index": name, "_id": identity, "_source": {"excludes": excludes}} for name in behind]
                answer = await self._es.mget(docs=docs)
        except NotFoundError:
            return None
        found = next(iter(documents_of(answer["docs"]).values()), None)
        if found and (gone := found.get("gone")):
            raise Gone(gone["at"], gone["reason"], gone["detail"])
        return found

    async def journey(self, identity: str) -> dict[str, Any] | None:
        """One page's journey."""
        try:
            async with reachable():
                found = await self._es.get(index=self._journeys, id=identity)
        except NotFoundError:
            return None
        return dict(found["_source"])

    async def count_fates(self, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a count over the journeys."""
        async with reachable():
            answer = await self._es.search(index=self._journeys, body=body, ignore_unavailable=True)
        return _whole(dict(answer.body))

    async def note_pending(self, document: dict[str, Any]) -> Note | None:
        """Note that a page is on its way, unless something is known of it already."""
        try:
            async with reachable():
                noted = await self._es.index(
                    index=self._journeys, id=document["id"], document=document, op_type="create", require_alias=True
                )
        except ApiError as error:
            if error.status_code not in (404, 409):  # not set up yet; known already
                raise
            return None
        return Note(document["id"], noted["_seq_no"], noted["_primary_term"])

    async def withdraw(self, note: Note) -> None:
        """Take a note back whose page could not be sent; what was written since stays."""
        try:
            async with reachable():
                await self._es.delete(
                    index=self._journeys, id=note.id, if_seq_no=note.seq_no, if_primary_term=note.primary_term
                )
        except ApiError as error:
            if error.status_code not in (404, 409):
                raise


def _whole(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, unless it is of a part of the archive only. Raises Unavailable."""
    if answer["timed_out"]:
        raise Unavailable("the search took too long and was given up; narrow it by time, source or fewer words")
    if failed := answer["_shards"]["failed"]:
        raise Unavailable(f"{failed} of {answer['_shards']['total']} shards of the archive do not answer")
    return answer


@asynccontextmanager
async def reachable() -> AsyncIterator[None]:
    """Elasticsearch away, busy or broken → Unavailable; answers such as 404 and 400 stay what they are."""
    try:
        yield
    except TransportError as error:
        raise Unavailable(f"Elasticsearch does not answer: {error.message}") from error
    except ApiError as error:
        if error.status_code in (408, 429) or error.status_code >= 500:
            raise Unavailable(f"Elasticsearch can not answer now ({error.status_code}): {error.message}") from error
        raise


async def documents(es: AsyncElasticsearch, index: str, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Those of the documents `ids` that there are, as written last, by id. Raises Unavailable."""
    try:
        async with reachable():
            answer = await es.mget(index=index, ids=sorted(set(ids)))
    except NotFoundError:
        return {}
    return documents_of(answer["docs"])


async def removed(es: AsyncElasticsearch, index: str, identity: str) -> bool:
    """Delete what people wrote. False when it is not there. Raises Unavailable."""
    try:
        async with reachable():
            await es.delete(index=index, id=identity, refresh=AT_ONCE)
    except NotFoundError:
        return False
    return True
