"""Articles of every kind put straight into the index, for tests of what searches them."""

import asyncio
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from services.contracts import indices
from services.contracts.messages import Enriched, Entity, Mention, Source, Tag
from services.index.bulk import WRITTEN, Write
from services.index.document import to_document
from services.index.journeys import indexed_journey
from services.index.setup import ensure_indices
from services.index.writer import Writer
from services.runtime.elastic import async_client, sync_client
from services.runtime.settings import Settings
from support.messages import AT, enriched


def place(name: str, *mentions: tuple[int, int]) -> Entity:
    """A place, with where it stands in the body."""
    where = tuple(Mention(start=a, end=b, text=name) for a, b in mentions)
    return Entity(id=f"place:{name.lower()}", name=name, type="place", count=max(1, len(where)), mentions=where)


def source(name: str) -> Source:
    """A source called `name`."""
    return Source(id=name.lower(), name=name, domain=f"{name.lower()}.example")


def news(number: int = 300) -> list[Enriched]:
    """A varied archive, the same every time; what each article has follows from its number."""
    return [_report(i) for i in range(number)]


def _report(i: int) -> Enriched:
    names = ("Alpha", "Beta", "Gamma", "Delta")
    return enriched(
        f"report-{i}",
        title=f"Harbour report {i}",
        body=f"The harbour of Lisbon opened its gate number {i}.\n\nFerries went on as planned.",
        source=source(names[i % 4]),
        language=("en", "de", "fr")[i % 3],
        entities=(place("Lisbon", (15, 21)), *([place("Porto")] if i % 2 else [])),
        topics=(Tag(id="transport", name="Transport", score=0.9),) if i % 5 else (),
        authors=(f"Author {i % 6}",),
        published_at=AT - timedelta(days=i % 50),
        story_id=f"s{i % 9}",
    )


@contextmanager
def archive(settings: Settings, articles: Iterable[Enriched], at: datetime = AT) -> Iterator[Settings]:
    """Settings of a namespace of its own whose index holds `articles`; deleted afterwards."""
    own = settings.model_copy(update={"namespace": f"t{secrets.token_hex(4)}-"})
    asyncio.run(fill(own, list(articles), at))
    try:
        yield own
    finally:
        with sync_client(own) as es:
            es.indices.delete(index=",".join(es.indices.get(index=f"{own.namespace}*")))
            es.indices.delete_index_template(name=f"{own.namespace}*")


async def fill(settings: Settings, articles: list[Enriched], at: datetime = AT) -> None:
    """Create the indices and write articles and their journeys, searchable at the end."""
    es = async_client(settings)
    try:
        await ensure_indices(es, settings)
        await write(es, settings, indices.ARTICLES, [to_document(article, at) for article in articles])
        await write(es, settings, indices.JOURNEYS, [indexed_journey(article, at) for article in articles])
    finally:
        await es.close()


async def write(es: Any, settings: Settings, index: str, documents: list[dict[str, Any]]) -> None:
    """Write documents as the index service does, and refresh."""
    answers = await Writer(es).write_all([Write(settings.name(index), d["id"], 1, d) for d in documents])
    assert set(answers) <= {WRITTEN}, answers
    await es.indices.refresh(index=settings.name(index))
