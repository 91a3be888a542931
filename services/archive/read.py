"""What a WARC file holds, page by page: our own, and those of other archives such as Common Crawl's CC-NEWS."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from warcio.archiveiterator import WARCIterator

from services.archive.foreign import Passed, page_of_response
from services.archive.members import Member, Readable, members
from services.archive.record import PAGE_TYPE, from_warc
from services.contracts.messages import PageMessage


@dataclass(frozen=True)
class Found:
    """One thing that was found up to the offset `end`: a page; or why a record gives none.

    `broken`: it should have given one. `at` is where its record begins.
    """

    at: int
    end: int
    page: PageMessage | None = None
    reason: str = ""
    broken: bool = False


def pages(stream: Readable, at: int = 0, most: int = 22 * 1024 * 1024) -> Iterator[Found]:
    """All pages of a file from offset `at` on, which must be 0 or an `end`. `most`: bytes of another archive's page."""
    about: dict[str, bytes] = {}
    for member in members(stream, at):
        if member.error:
            yield Found(member.at, member.end, reason=member.error, broken=True)
            continue
        try:
            yield from _records(member, about, most)
        # warcio raises all kinds of errors on what is not as it should be; none may end the reading.
        except Exception as error:
            reason = f"not understood ({type(error).__name__}: {error})"[:500]
            yield Found(member.at, member.end, reason=reason, broken=True)


def _records(member: Member, about: dict[str, bytes], most: int) -> Iterator[Found]:
    for record in WARCIterator(BytesIO(member.data)):
        if record.rec_type == "metadata" and record.content_type == PAGE_TYPE:
            about.clear()  # its body follows at once; what is held is one page's at most
            about[_header(record, "WARC-Refers-To")] = record.raw_stream.read()
            continue
        ours = about.pop(_header(record, "WARC-Record-ID"), None)
        found = from_warc(ours, record.raw_stream.read()) if ours is not None else _others(record, most)
        if isinstance(found, PageMessage):
            yield Found(member.at, member.end, found)
        else:
            yield Found(member.at, member.end, reason=found.reason, broken=found.broken)


def _others(record: Any, most: int) -> PageMessage | Passed:
    if record.rec_type != "response":
        return Passed(f"a record of the type {record.rec_type}")
    return page_of_response(record, most)


def _header(record: Any, name: str) -> str:
    return record.rec_headers.get_header(name) or ""
