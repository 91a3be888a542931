"""From links to stories: which article's label changes. Pure.

A story is what its links connect, and its id is that of its earliest article. So the same articles make the same
stories in whatever order they arrive, and whoever groups them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from services.index.stories.alike import Kind, Link

MOST = 300
"""Articles in a story that accounts of an event may make by joining two; copies join without limit."""
SPAN = timedelta(days=14)
"""Longest span of time of such a story: what goes on for longer is a subject."""


class Member(NamedTuple):
    """An article with the story it is in so far."""

    id: str
    at: datetime
    story: str | None


def regroup(members: Mapping[str, Member], links: Iterable[Link], leaving: Collection[str] = ()) -> dict[str, str]:
    """Id → story, for each member whose story changes.

    `members` has all articles of every story concerned; those `leaving` are no more bound to the story they are in.
    """
    groups = _Groups(members.values(), leaving)
    for found in sorted(links):
        if found.one in members and found.other in members:
            groups.join(found)
    return {member.id: story for member, story in groups.stories() if member.story != story}


class _Groups:
    """Disjoint sets of members; each set knows its members."""

    def __init__(self, members: Iterable[Member], leaving: Collection[str]) -> None:
        self._of: dict[str, list[Member]] = {}
        labelled: dict[str, list[Member]] = {}
        for member in members:
            label = member.id if member.story is None else member.story
            alone = member.id in leaving
            self._of[member.id] = [] if alone else labelled.setdefault(label, [])
            self._of[member.id].append(member)

    def join(self, link: Link) -> None:
        one, other = self._of[link.one], self._of[link.other]
        if one is other or (link.kind is Kind.EVENT and not _fits([*one, *other])):
            return
        one.extend(other)
        self._of |= {member.id: one for member in other}

    def stories(self) -> Iterator[tuple[Member, str]]:
        """Each member with the story that it is in now."""
        for group in {id(group): group for group in self._of.values()}.values():
            first = min(group, key=lambda member: (member.at, member.id))
            yield from ((member, first.id) for member in group)


def _fits(members: list[Member]) -> bool:
    times = [member.at for member in members]
    return len(members) <= MOST and max(times) - min(times) <= SPAN
