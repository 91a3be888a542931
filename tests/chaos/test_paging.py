"""9. Paging by cursor through all hits, many of the same date, while indexing goes on: each id comes exactly once."""

import asyncio
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from support.chaos import LONG, Run, size
from support.messages import enriched
from support.processes import running

from services.contracts.messages import Enriched
from services.index.setup import ensure_indices
from services.index.stages import Indexer
from services.runtime.elastic import async_client

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Size:
    """Articles that are there before, how many share a date, the size of a page, and how each way is sorted."""

    hits: int
    tied: int
    page: int
    sorts: tuple[str, ...]


SIZE = size(
    short=Size(2_000, 700, 300, ("newest",)), long=Size(50_000, 5_000, 1_000, ("newest", "oldest", "relevance"))
)
CHUNK = 500
pytestmark = [pytest.mark.stack, pytest.mark.timeout(2400 if LONG else 600)]


def test_each_hit_comes_once_while_others_come_in(run: Run) -> None:
    before = [_article(f"paged-{n}", AT - timedelta(days=n // SIZE.tied)) for n in range(SIZE.hits)]
    wanted = {article.id for article in before}
    asyncio.run(_write(run, before))
    gateway = run.child("search")
    with running(gateway):
        for sort in SIZE.sorts:
            writer = Writer(run, sort)
            writer.start()
            try:
                found = _walk(run, sort)
            finally:
                written = writer.end()
            twice = [id_ for id_, n in found.items() if n > 1]
            lost = wanted - set(found)
            run.note(**{sort: {"hits": len(found), "twice": len(twice), "lost": len(lost), "written": written}})
            assert not twice, f"{len(twice)} came more than once with sort={sort}: {twice[:5]}"
            assert not lost, f"{len(lost)} never came with sort={sort}: {sorted(lost)[:5]}"
            assert written > 0, "nothing was written meanwhile"


def _article(name: str, at: datetime, hour: int = 0) -> Enriched:
    return enriched(name, published_at=at, fetched_at=AT + timedelta(hours=hour), body="Harbour news of the day.")


def _walk(run: Run, sort: str) -> Counter[str]:
    """How often each id came, by following `next` until there is none."""
    host, port = run.settings.gateway
    found: Counter[str] = Counter()
    with httpx.Client(base_url=f"http://{host}:{port}", timeout=60, trust_env=False, verify=False) as client:
        given: dict[str, Any] = {"q": "harbour", "sort": sort, "page_size": SIZE.page, "cursor": "*", "fields": "id"}
        answer = client.get("/v1/search", params=given)
        while True:
            assert answer.status_code == 200, answer.text
            body = answer.json()
            found.update(article["id"] for article in body["articles"])
            if not body["next"]:
                return found
            answer = client.get(body["next"])


async def _write(run: Run, articles: list[Enriched]) -> None:
    es = async_client(run.settings)
    try:
        await ensure_indices(es, run.settings)
        indexer = Indexer(es, run.settings)
        for start in range(0, len(articles), CHUNK):
            await indexer.articles(articles[start : start + CHUNK])
        await es.indices.refresh(index=f"{run.settings.namespace}*")
    finally:
        await es.close()


@dataclass
class Writer:
    """Indexes new articles of the same dates and newer versions of old ones, from a thread, until told to end."""

    run: Run
    name: str
    written: int = 0
    _end: threading.Event = field(default_factory=threading.Event)
    _failures: list[BaseException] = field(default_factory=list)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def end(self) -> int:
        """How many were written."""
        self._end.set()
        self._thread.join(60)
        if self._failures:
            raise self._failures[0]
        return self.written

    def _work(self) -> None:
        try:
            while not self._end.is_set():
                number = self.written
                fresh = [_article(f"{self.name}-{number + i}", AT - timedelta(days=i)) for i in range(25)]
                newer = [
                    _article(f"paged-{n}", AT - timedelta(days=n // SIZE.tied), 1 + number) for n in range(0, 250, 10)
                ]
                asyncio.run(_write(self.run, [*fresh, *newer]))
                self.written += len(fresh) + len(newer)
        except BaseException as error:
            self._failures.append(error)
