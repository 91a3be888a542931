"""What grouping reads of the archive, and the labels that it writes there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from services.contracts import indices
from services.contracts.shingles import fingerprint
from services.index.bulk import Kind, Route, Write
from services.index.stored import look_up
from services.index.stories.candidates import bodies
from services.index.stories.grouping import Member
from services.index.stories.profile import FIELDS, Profile
from services.index.writer import Writer
from services.runtime.alive import alive
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.visible import until_visible

AT_ONCE = 10  # articles whose candidates one request asks for: an answer of some MiB
MEMBERS = 2_000
"""Articles of the stories concerned that are looked at in one turn, earliest first."""


class Shelf:
    """The articles' index, as stories see it. Every method raises Unavailable."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings) -> None:
        self._es = es
        self._alias = settings.name(indices.ARTICLES)
        self._writer = Writer(es)

    async def documents(self, ids: Collection[str]) -> dict[str, dict[str, Any]]:
        """Those of the articles that are there, as they were written last."""
        found = await look_up(self._es, self._alias, list(ids), FIELDS)
        return {id_: one.document for id_, one in found.items() if "gone" not in one.document}

    async def candidates(self, profiles: Iterable[Profile]) -> dict[str, list[dict[str, Any]]]:
        """For each article the documents that may tell the same story."""
        found: dict[str, list[dict[str, Any]]] = {}
        rest = iter(profiles)
        while some := list(islice(rest, AT_ONCE)):
            alive()
            asked = [(profile.id, body) for profile in some for body in bodies(profile)]
            answers = await self._search([body for _, body in asked])
            for (owner, _), hits in zip(asked, answers, strict=True):
                found.setdefault(owner, []).extend(hits)
        return found

    async def members(self, stories: Collection[str]) -> list[Member]:
        """The articles of these stories, earliest first, at most MEMBERS."""
        wanted = {"query": {"terms": {"story_id": sorted(stories)}}, "sort": [{"at": "asc"}, {"id": "asc"}]}
        (hits,) = await self._search([{**wanted, "size": MEMBERS, "_source": ["id", "at", "story_id"]}])
        return [Member(hit["id"], datetime.fromisoformat(hit["at"]), hit.get("story_id")) for hit in hits]

    async def unlabelled(self, size: int) -> list[str]:
        """Ids of articles that nobody grouped: an earlier release wrote them, or a rebuilding from the topic."""
        missing = {"bool": {"must_not": {"exists": {"field": "story_id"}}}}
        (hits,) = await self._search([{"query": missing, "size": size, "_source": ["id"]}])
        return [hit["id"] for hit in hits]

    async def relabel(self, changes: Mapping[str, str]) -> None:
        """Write each article again with its story, at the version that it has; one that is newer by then stays."""
        whole = await look_up(self._es, self._alias, list(changes))
        writes = [
            Write(one.index, id_, one.version, _labelled(one.document, changes[id_]), Route.INDEX, same=True)
            for id_, one in whole.items()
            if "gone" not in one.document
        ]
        answers = await self._writer.write_all(writes)
        if refused := [answer.reason for answer in answers if answer.kind is Kind.REFUSED]:
            raise RuntimeError(f"Elasticsearch refused an article that it holds: {refused[0]}")
        await self.refresh()

    async def seen(self, wanted: Mapping[str, datetime]) -> None:
        """Wait until searches see these articles (ids, and when each was indexed)."""
        body = {"query": {"terms": {"id": list(wanted)}}, "size": len(wanted), "_source": ["id", "indexed_at"]}

        async def times() -> dict[str, datetime]:
            alive()
            (hits,) = await self._search([body])
            return {hit["id"]: datetime.fromisoformat(hit["indexed_at"]) for hit in hits}

        await until_visible(times, self.refresh, wanted)

    async def refresh(self) -> None:
        """Have searches see all that was written until now."""
        try:
            await self._es.indices.refresh(index=self._alias)
        except (TransportError, ApiError) as error:
            raise Unavailable(f"Elasticsearch does not refresh: {error.message}") from error

    async def _search(self, wanted: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        """The documents that each search finds."""
        lines = [line for body in wanted for line in ({"index": self._alias}, body)]
        try:
            answers = (await self._es.msearch(searches=lines))["responses"]
        except (TransportError, ApiError) as error:
            raise Unavailable(f"Elasticsearch does not search: {error.message}") from error
        for answer in answers:
            # A shard that is left out may hold the other half of a story.
            if "error" in answer or answer["_shards"]["failed"]:
                raise Unavailable(
                    f"Elasticsearch can not search the archive now: {answer.get('error', 'shards failed')}"
                )
        return [[hit["_source"] for hit in answer["hits"]["hits"]] for answer in answers]


def _labelled(document: Mapping[str, Any], story: str) -> dict[str, Any]:
    made = {**document, "story_id": story}
    if "fingerprint" not in made:
        made["fingerprint"] = list(fingerprint(made.get("body", "")))
    return made
