"""Adds sources to the registry, one or a list, without following anything twice; for the API and the page alike."""

from datetime import datetime
from enum import Enum
from typing import Any

from services.contracts.sources import SourceRecord
from services.runtime.sources.opml import read_opml
from services.runtime.sources.plan import plan
from services.search.registry import Registry


class Followed(Enum):
    """What became of a source that someone brought."""

    ADDED = "added"
    ALREADY = "already"


async def follow(registry: Registry, source: SourceRecord) -> tuple[Followed, SourceRecord]:
    """Add a source; or give the one that is there already with one of its lists, or under its id."""
    there = await registry.following([*source.lists, *([source.home] if source.home else [])])
    if there is None:
        if await registry.add(source):
            return Followed.ADDED, source
        there = await registry.get(source.id)
    return Followed.ALREADY, there or source


async def import_opml(registry: Registry, data: bytes, now: datetime) -> dict[str, Any]:
    """Follow every feed of an OPML file; counts, and each refusal. Raises UsageError when it is none."""
    made = plan(await registry.all(), read_opml(data), now)
    await registry.apply(made)
    return made.summary()
