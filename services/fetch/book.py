"""What fetching a page needs to know of its source: kept for a minute, read from the registry for a batch at a time."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from elasticsearch import ApiError, AsyncElasticsearch, NotFoundError, TransportError

from services.contracts import indices
from services.runtime.settings import Settings

TTL_S = 60.0
KEPT = 10_000
log = structlog.get_logger()


@dataclass(frozen=True)
class SourceFacts:
    """A source's name, and the seconds between two requests to its site when it sets its own."""

    name: str | None
    delay_s: float | None = None


class SourceBook:
    """Facts of sources by id."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings) -> None:
        self._es = es
        self._index = settings.name(indices.SOURCES)
        self._facts: dict[str, SourceFacts | None] = {}
        self._read_at: dict[str, float] = {}

    def get(self, key: str, /) -> SourceFacts | None:
        """What is known of a source; None for those that are in no registry."""
        return self._facts.get(key)

    async def learn(self, ids: Iterable[str]) -> None:
        """Read what is not known or old. When Elasticsearch is down, pages go without: the facts are no must."""
        before = time.monotonic() - TTL_S
        wanted = sorted({key for key in ids if self._read_at.get(key, before) <= before})
        if not wanted:
            return
        try:
            answer = await self._es.mget(index=self._index, ids=wanted, source=["name", "delay_s"])
        except NotFoundError:
            return
        except (ApiError, TransportError) as error:
            log.warning("facts of sources can not be read", error=str(error))
            return
        if len(self._facts) > KEPT:
            self._facts.clear()
            self._read_at.clear()
        for doc in answer["docs"]:
            about = doc.get("_source")
            self._facts[doc["_id"]] = SourceFacts(about.get("name"), about.get("delay_s")) if about else None
            self._read_at[doc["_id"]] = time.monotonic()
