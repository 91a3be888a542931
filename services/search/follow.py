"""Adds sources to the registry, one or a list, without following anything twice; for the API and the page alike."""

import asyncio
from datetime import datetime
from enum import Enum
from typing import Any

from services.contracts.sources import SourceRecord
from services.runtime.errors import UsageError
from services.runtime.sources.opml import read_opml
from services.runtime.sources.plan import Plan, plan
from services.search.registry import Registry

MOST_AT_ONCE = 10_000


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


def _planned(existing: list[SourceRecord], data: bytes, now: datetime) -> Plan:
    wanted = read_opml(data)
    if len(wanted) > MOST_AT_ONCE:
        raise UsageError(f"the file names {len(wanted):,} feeds; at most {MOST_AT_ONCE:,} are taken at once")
    return plan(existing, wanted, now)


async def import_opml(registry: Registry, data: bytes, now: datetime) -> dict[str, Any]:
    """Follow every feed of an OPML file; counts, and each refusal. Raises UsageError when it is none."""
    existing = await registry.all()
    # In a thread: a file of many thousand feeds would hold all other requests up for seconds.
    made = await asyncio.to_thread(_planned, existing, data, now)
    await registry.apply(made)
    return made.summary()
