"""Whether the new generation holds what the old ones do: as many documents, and the same in a sample."""

import hashlib
import random
from collections.abc import Sequence
from typing import Any

import orjson
from elasticsearch import AsyncElasticsearch

from services.index.reindex_copy import pages, shards
from services.runtime.errors import NewsloomError

SAMPLE = 2000
SPOTS = 20


class CheckFailed(NewsloomError):
    """The new generation is not what it should be; the old ones stay."""


async def check(es: AsyncElasticsearch, old: Sequence[str], target: str, *, whole: bool) -> dict[str, Any]:
    """Compare, while nobody writes. Returns counts and the sample's hash; raises CheckFailed.

    `whole`: all was copied as it is, so that it is the same in every byte. Else (from a topic) what was written is the
    same, and documents that the old had lost may have come back.
    """
    counts = [sum([await _count(es, name) for name in old]), await _count(es, target)]
    if counts[0] != counts[1] or not whole:
        await _same_ids(es, old, target, more_allowed=not whole)
    hits = [hit for name in old for hit in await _sample(es, name, SAMPLE // len(old))]
    mine, theirs = await _compare(es, hits, target, whole)
    if mine != theirs:
        raise CheckFailed(
            f"a sample of {len(hits)} documents differs: {mine[:16]} in the old, {theirs[:16]} in the new"
        )
    return {"documents": counts[1], "sample": len(hits), "sha256": theirs}


async def _count(es: AsyncElasticsearch, index: str) -> int:
    return int((await es.count(index=index))["count"])


async def _same_ids(es: AsyncElasticsearch, old: Sequence[str], target: str, *, more_allowed: bool) -> None:
    """Counts differ rightly only where an id stood in two generations; the new one has it once."""
    before: set[str] = set()
    for name in old:
        before |= await _ids(es, name)
    after = await _ids(es, target)
    if before == after or (more_allowed and before < after):
        return
    lost, more = sorted(before - after), sorted(after - before)
    examples = ", ".join([*lost[:3], *more[:3]])
    raise CheckFailed(f"{len(lost)} documents are missing and {len(more)} are too many in the new index: {examples}")


async def _ids(es: AsyncElasticsearch, index: str) -> set[str]:
    found: set[str] = set()
    for shard, (_, last) in (await shards(es, index)).items():
        async for page in pages(es, index, shard, -1, last, source=False):
            found.update(hit["_id"] for hit in page)
    return found


async def _sample(es: AsyncElasticsearch, index: str, most: int) -> list[dict[str, Any]]:
    """Documents from random places of the index; of a small index all."""
    found: dict[str, dict[str, Any]] = {}
    per_shard = await shards(es, index)
    for shard, (_, last) in per_shard.items():
        each = max(1, most // len(per_shard))
        starts = [-1] if last < most else sorted(random.randrange(-1, last) for _ in range(SPOTS))
        for start in starts:
            wanted = each if start == -1 and len(starts) == 1 else max(1, each // SPOTS)
            async for page in pages(es, index, shard, start, last):
                found |= {hit["_id"]: hit for hit in page[:wanted]}
                wanted -= len(page)
                if wanted <= 0:
                    break
    return list(found.values())


async def _compare(es: AsyncElasticsearch, hits: list[dict[str, Any]], target: str, whole: bool) -> tuple[str, str]:
    """SHA-256 of the sample, here and in the new index."""
    mine, theirs = hashlib.sha256(), hashlib.sha256()
    for start in range(0, len(hits), 200):
        part = sorted(hits[start : start + 200], key=lambda hit: str(hit["_id"]))
        answer = await es.mget(index=target, ids=[hit["_id"] for hit in part])
        for hit, doc in zip(part, answer["docs"], strict=True):
            mine.update(_bytes(hit, whole))
            # Nobody writes now: a newer version is one that stood in another generation, or that the topic had.
            newer = doc.get("found") and doc["_version"] > hit["_version"]
            theirs.update(_bytes(hit if newer else doc, whole))
    return mine.hexdigest(), theirs.hexdigest()


def _bytes(doc: dict[str, Any], whole: bool) -> bytes:
    content = doc.get("_source", {})
    if not whole:
        content = {name: content.get(name) for name in ("url", "title", "content_hash", "gone")}
    return orjson.dumps([doc["_id"], doc.get("_version"), content], option=orjson.OPT_SORT_KEYS)
