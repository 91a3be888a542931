"""Batches of pages to send again: out of archive files, or off the topic itself. Memory is bounded by a batch."""

import asyncio
from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from services.archive.find import ArchiveFile
from services.archive.read import Found, pages
from services.contracts.fates import BadInput
from services.contracts.messages import Origin, PageMessage
from services.contracts.topics import MIB, PAGES
from services.runtime.dated import dated
from services.runtime.decode import decode
from services.runtime.errors import UsageError
from services.runtime.settings import Settings
from services.runtime.stage import Delivery
from services.runtime.whole_topic import whole_topic

BATCH_BYTES = 8 * 1024 * 1024
ANSWER_S = 30.0
ENDS_INSIDE = "the file ends inside a record"


@dataclass(frozen=True)
class Batch:
    """Findings of one place (a file or partition), all up to its offset `end`. `read_bytes`: what was read for them."""

    place: str
    end: int
    found: Sequence[Found]
    read_bytes: int = 0


async def from_files(
    files: Sequence[ArchiveFile], start: tuple[str, int] | None, most: int, page_bytes: int
) -> AsyncIterator[Batch]:
    """Batches of at most about `most` findings; from `start`, a file's name and an offset in it, on."""
    for file in files:
        if start and file.name < start[0]:
            continue
        at = start[1] if start and file.name == start[0] else 0
        with closing(_batches(file, at, most, page_bytes)) as batches:
            while batch := await asyncio.to_thread(next, batches, None):
                yield batch


def _batches(file: ArchiveFile, at: int, most: int, page_bytes: int) -> Generator[Batch, None, None]:
    begin, end = at, at
    found: list[Found] = []
    size = 0
    with file.open(at) as stream:
        for item in pages(stream, at, page_bytes):
            # Never between two records of one gzip member: none could go on from there.
            if (len(found) >= most or size >= BATCH_BYTES) and item.at >= end:
                yield Batch(file.name, end, found, end - begin)
                found, begin, size = [], end, 0
            if file.growing and item.reason == ENDS_INSIDE:
                item = replace(item, broken=False)
            found.append(item)
            end = item.end
            size += _size(item.page)
        if found:
            yield Batch(file.name, end, found, end - begin)


def _size(page: PageMessage | None) -> int:
    return len(page.html or page.text or page.body_base64 or "") if page else 0


async def from_topic(settings: Settings, most: int) -> AsyncIterator[Batch]:
    """All that news.pages.v1 holds now, but not what an earlier replay put there; `place` is the partition."""
    async with whole_topic(settings, PAGES, MIB) as (consumer, places):
        if not places:
            raise UsageError(f"Kafka at {settings.kafka} has no topic {settings.name(PAGES.name)}")
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < ends[place] for place in places]):
            got = await asyncio.wait_for(consumer.getmany(timeout_ms=5000, max_records=most), ANSWER_S)
            if not got:
                raise TimeoutError("no message comes any more")
            for place, messages in got.items():
                found = [_found(message) for message in messages if message.offset < ends[place]]
                yield Batch(f"partition {place.partition}", messages[-1].offset + 1, found)


def _found(message: Any) -> Found:
    """A Kafka message as something found at its offset."""
    at = message.offset
    if dict(message.headers).get("replay") == b"topic":
        return Found(at, at + 1, reason="a page that a replay put there")
    origin = Origin(topic=message.topic, partition=message.partition, offset=at)
    delivery = Delivery(message.key, message.value or b"", list(message.headers), max(0, message.timestamp), origin)
    try:
        page = dated(decode(delivery.value, PageMessage), delivery)
    except BadInput as error:
        return Found(at, at + 1, reason=str(error), broken=True)
    return Found(at, at + 1, page) if isinstance(page, PageMessage) else Found(at, at + 1, reason="no page")
