"""`newsloom reindex --enrich`: what other models enriched goes through the running services again.

Window by window: sent to the enrich service, waited for until it is indexed, and looked at. So no more than a window
ever stands before what is new, progress is what is really done, and there is nothing to remember: whoever runs it
again finds what is still to do.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from elasticsearch import AsyncElasticsearch

from services.commands.patience import SendTo, patient
from services.commands.retag_choice import NEEDED, Tally, again, differences
from services.commands.retag_way import Way, way
from services.commands.steps import Steps
from services.contracts.topics import ARTICLES
from services.enrich.enrich import Models, load_models, models_of
from services.index.kept import sent_again
from services.index.setup import ensure_indices
from services.index.stored import look_up
from services.runtime.errors import NewsloomError
from services.runtime.publisher import MessageTooLarge, Publisher
from services.runtime.settings import Settings

PAGE = 500
FIRST, WINDOW = 20, 200
"""Articles on their way at once. The first are few, so that services with other models are found out early."""

ADVICE = (
    "do the enrich and the index service run with this release, NEWSLOOM_SPACY_MODEL and NEWSLOOM_TOPIC_MODELS as "
    "here? Restart them if not; else 'newsloom dead list' and their logs say why. Then run this again"
)


class Report(Protocol):
    """Told of progress: the phase, articles looked at, of how many, and what is going on."""

    def __call__(self, phase: str, done: int, total: int, detail: str = "") -> None: ...


class NotRetagged(NewsloomError):
    """What was sent to be enriched again came back as it was, or not at all."""


class Retag:
    """One run over the articles behind `alias`. Its methods raise what the client raises, and Unavailable."""

    def __init__(self, es: AsyncElasticsearch, alias: str, models: Models, report: Report) -> None:
        self._es, self._alias, self._models, self._report = es, alias, models, report
        self._began = datetime.now(UTC)
        self._total = 0
        self.tally = Tally()

    async def look(self) -> Tally:
        """Only count what differs: it is left."""
        async for _ in self._chosen():
            self.tally.left += 1
        return self.tally

    async def run(self, send: SendTo, way: Way) -> Tally:
        """Have all that differ enriched again. Raises NotRetagged."""
        await way.must_be_open()
        window: list[str] = []
        async for id_ in self._chosen():
            window.append(id_)
            if len(window) == (WINDOW if self.tally.retagged else FIRST):
                await self._pass(window, send, way)
                window = []
        if window:
            await self._pass(window, send, way)
        return self.tally

    async def _chosen(self) -> AsyncIterator[str]:
        """Ids of the articles that differ, in their order: what is written meanwhile moves none of them."""
        await self._es.indices.refresh(index=self._alias)
        self._total = (await self._es.count(index=self._alias))["count"]
        after = None
        while hits := await self._page(after):
            for hit in hits:
                self.tally.looked_at += 1
                if found := self._differences(hit["_source"]):
                    self.tally.differ.update(found)
                    yield hit["_id"]
            after = hits[-1]["sort"]
            self._tell()

    async def _page(self, after: Any) -> list[dict[str, Any]]:
        answer = await self._es.search(
            index=self._alias,
            size=PAGE,
            sort=[{"id": "asc"}],
            search_after=after,
            source_includes=list(NEEDED),
            track_total_hits=False,
            allow_partial_search_results=False,
        )
        hits: list[dict[str, Any]] = answer["hits"]["hits"]
        return hits

    def _differences(self, document: Mapping[str, Any]) -> list[str]:
        return [] if "gone" in document else differences(document, models_of(document["language"], self._models))

    async def _pass(self, window: Sequence[str], send: SendTo, way: Way) -> None:
        """Send the articles, wait until they are through, and see what became of them."""
        for one in (await look_up(self._es, self._alias, window)).values():
            if self._differences(one.document):  # still, after those before it
                try:
                    await send(ARTICLES, again(one.document, self._began), None)
                except MessageTooLarge:
                    continue  # it is left
        await way.passed(lambda service, waiting: self._tell(f"{waiting} wait for {service}"))
        found = [one.document for one in (await look_up(self._es, self._alias, window, NEEDED)).values()]
        self._judge(len(window), [document for document in found if "gone" not in document])
        self._tell()

    def _judge(self, sent: int, there: Sequence[Mapping[str, Any]]) -> None:
        left = [document for document in there if self._differences(document)]
        tally = self.tally
        tally.gone += sent - len(there)
        tally.left += len(left)
        tally.retagged += len(there) - len(left)
        if not left:
            return
        tally.such_as = tally.such_as or f"{left[0]['id']}: {'; '.join(self._differences(left[0]))}"
        came_back = any(sent_again(document) >= self._began for document in left)
        if not tally.retagged and (came_back or tally.left > 2 * FIRST):
            raise NotRetagged(f"none of {tally.left} articles came back as wanted, such as {tally.such_as}; {ADVICE}")

    def _tell(self, detail: str = "") -> None:
        done, more = self.tally.looked_at, f", {detail}" if detail else ""
        self._report("articles", done, max(self._total, done), f"{self.tally.retagged} enriched again{more}")


async def retag(es: AsyncElasticsearch, settings: Settings, alias: str, dry_run: bool) -> Tally:
    """One run by the models that the settings name. Raises ModelMissing, TopicModelBroken, NotRetagged, Unavailable."""
    models = await asyncio.to_thread(load_models, settings.spacy_model, settings.topic_models)
    await ensure_indices(es, settings)
    with Steps() as steps:
        work = Retag(es, alias, models, steps.report)
        if dry_run:
            return await work.look()
        async with way(settings) as open_way, Publisher(settings) as publisher:
            return await work.run(patient(publisher, "run this again to go on"), open_way)
