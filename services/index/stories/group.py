"""Puts articles into their stories: finds what is like them, says which labels change, writes those, looks again.

Several workers may do so at once. Each looks after it wrote, and of two that join the same story one wrote last: that
one sees what both did, and what does not fit is put right in its next turn.
"""

import asyncio
from collections.abc import Collection, Sequence

from services.contracts.messages import Indexed, Message
from services.index.stories.alike import Link, link
from services.index.stories.grouping import Member, regroup
from services.index.stories.profile import Profile, profile_of
from services.index.stories.shelf import Shelf
from services.runtime.alive import alive
from services.runtime.errors import Unavailable
from services.runtime.stage import Done, Outcome

TURNS = 50  # MEMBERS a turn: stories of 100,000 articles; or many workers in one story
COMPARED = 50  # members that an article is compared with to see whether it still belongs to its story


class Grouper:
    """The stage: articles that became searchable get their story."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def process(self, messages: Sequence[Message]) -> list[Outcome]:
        """One batch. Raises Unavailable."""
        news = {message.id: message.indexed_at for message in messages if isinstance(message, Indexed)}
        await self._shelf.seen(news)
        await self.group(list(news))
        return [Done()] * len(messages)

    async def group(self, ids: Collection[str]) -> int:
        """Group these articles; how many labels changed. Raises Unavailable."""
        changed = 0
        for _ in range(TURNS):
            alive()
            changes = await self._changes(ids)
            if not changes:
                return changed
            await self._shelf.relabel(changes)
            changed += len(changes)
        raise Unavailable("the stories are being written by several workers at once")

    async def _changes(self, ids: Collection[str]) -> dict[str, str]:
        """Id → story, for what is not as it should be."""
        given = {id_: profile_of(document) for id_, document in (await self._shelf.documents(ids)).items()}
        if not given:
            return {}
        found = await self._shelf.candidates(given.values())
        known = dict(given)
        known |= {d["id"]: profile_of(d) for docs in found.values() for d in docs if d["id"] not in known}
        pairs = {tuple(sorted((id_, document["id"]))) for id_, docs in found.items() for document in docs}
        links = await asyncio.to_thread(_links, known, sorted(pairs))
        concerned = set(given) | {id_ for one in links for id_ in (one.one, one.other)}
        stories = {story for id_ in concerned if (story := known[id_].story)} | set(given)
        members = {member.id: member for member in await self._shelf.members(stories)}
        members |= {id_: Member(id_, known[id_].at, known[id_].story) for id_ in concerned}
        changes = regroup(members, links, await self._leaving(given, members))
        return changes | {id_: changes.get(id_, p.story or id_) for id_, p in given.items() if not p.complete}

    async def _leaving(self, given: dict[str, Profile], members: dict[str, Member]) -> set[str]:
        """Of the articles that gave their story its id those that tell it no more: a new version has another text."""
        leaving = set()
        for id_, profile in given.items():
            others = [m.id for m in members.values() if m.story == id_ and m.id != id_][:COMPARED]
            if others and profile.story == id_:
                documents = (await self._shelf.documents(others)).values()
                if not any(link(profile, profile_of(document)) for document in documents):
                    leaving.add(id_)
        return leaving


def _links(known: dict[str, Profile], pairs: Sequence[tuple[str, ...]]) -> list[Link]:
    return [found for one, other in pairs if (found := link(known[one], known[other]))]
