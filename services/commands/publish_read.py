"""What a file holds, piece by piece and in bounded memory: a page, lines of messages, addresses, an archive."""

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import orjson

from services.archive.read import pages
from services.commands.publish_page import Refused, Told, html_page, message_of, sendable, text_page
from services.contracts.messages import Message, UrlMessage
from services.contracts.topics import PAGES
from services.contracts.urls import MAX_URL_LENGTH

_URL = re.compile(rb"\s*https?://\S+\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Piece:
    """One thing of a file: a message; or why it is refused, or need not be one (`passed`)."""

    kind: str
    place: str = ""
    message: Message | None = None
    refused: str = ""
    passed: str = ""


Reader = Callable[[BinaryIO, str, Told], Iterator[Piece]]


def kind_of(name: str) -> str | None:
    """The kind of a file by its name's ending; None for those that are not read."""
    lower = name.lower()
    if lower.endswith(".warc.gz"):
        return "warc"
    return ENDINGS.get(Path(lower.removesuffix(".gz")).suffix)


def pieces(path: Path, name: str, told: Told) -> Iterator[Piece]:
    """All of the file at `path`, which is called `name` below its folder. Raises Refused where it can not go on."""
    kind = kind_of(name) or ""
    packed = name.lower().endswith(".gz") and kind != "warc"
    try:
        with closing(gzip.open(path) if packed else path.open("rb")) as stream:
            yield from READERS[kind](stream, name, told)  # type: ignore[arg-type]  # GzipFile reads as files do
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Refused(f"the gzip file is damaged: {error}") from None
    except OSError as error:
        raise Refused(f"it can not be read: {error.strerror or error}") from None


def ndjson(stream: BinaryIO, _name: str, told: Told) -> Iterator[Piece]:
    """Lines of page and URL messages."""
    for number, line in _lines(stream, PAGES.max_bytes):
        try:
            if line is None:
                raise Refused(f"the line has more than {PAGES.max_bytes:,} bytes")
            yield Piece("ndjson", f"line {number}", message_of(line, told))
        except Refused as error:
            yield Piece("ndjson", f"line {number}", refused=str(error))


def _json(stream: BinaryIO, name: str, told: Told) -> Iterator[Piece]:
    """One JSON document, a message or a list of them, where the file is one; else lines."""
    data = stream.read(PAGES.max_bytes + 1)
    stream.seek(0)
    try:
        found = orjson.loads(data) if len(data) <= PAGES.max_bytes else None
    except orjson.JSONDecodeError:
        found = None
    if found is None:
        yield from ndjson(stream, name, told)
        return
    for number, entry in enumerate(found if isinstance(found, list) else [found], 1):
        try:
            yield Piece("json", f"entry {number}", message_of(orjson.dumps(entry), told))
        except Refused as error:
            yield Piece("json", f"entry {number}", refused=str(error))


def _html(stream: BinaryIO, name: str, told: Told) -> Iterator[Piece]:
    yield Piece("html", message=html_page(_whole(stream, told.max_bytes), name, told))


def _text(stream: BinaryIO, name: str, told: Told) -> Iterator[Piece]:
    if told.url is None and _only_urls(stream):
        stream.seek(0)
        yield from _urls(stream, told)
        return
    stream.seek(0)
    yield Piece("text", message=text_page(_whole(stream, told.max_bytes), name, told))


def _only_urls(stream: BinaryIO) -> bool:
    any_line = False
    for _, line in _lines(stream, 2 * MAX_URL_LENGTH):
        if line is None or not _URL.fullmatch(line):
            return False
        any_line = True
    return any_line


def _urls(stream: BinaryIO, told: Told) -> Iterator[Piece]:
    for number, line in _lines(stream, 2 * MAX_URL_LENGTH):
        address = (line or b"").decode("utf-8", "replace").strip()
        try:
            yield Piece("url", f"line {number}", sendable(UrlMessage(url=address), told))
        except Refused as error:
            yield Piece("url", f"line {number}", refused=str(error))


def _warc(stream: BinaryIO, _name: str, told: Told) -> Iterator[Piece]:
    for found in pages(stream, most=told.max_bytes):
        place = f"offset {found.at}"
        try:
            if found.broken:
                raise Refused(found.reason)
            yield Piece("warc", place, found.page and sendable(found.page, told), passed=found.reason)
        except Refused as error:
            yield Piece("warc", place, refused=str(error))


def _whole(stream: BinaryIO, most: int) -> bytes:
    data = stream.read(most + 1)
    if len(data) > most:
        raise Refused(f"it has more than {most:,} bytes (NEWSLOOM_MAX_PAGE_BYTES)")
    if not data.strip():
        raise Refused("it is empty")
    return data


def _lines(stream: BinaryIO, most: int) -> Iterator[tuple[int, bytes | None]]:
    """Lines that are not blank, with their number from 1 on; None for one of more than `most` bytes."""
    number = 0
    while line := stream.readline(most + 1):
        number += 1
        if len(line) <= most or line.endswith(b"\n"):
            if line.strip():
                yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(most)
        yield number, None


READERS: dict[str, Reader] = {"html": _html, "text": _text, "ndjson": ndjson, "json": _json, "warc": _warc}
ENDINGS = {
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".txt", ".text", ".md"), "text"),
    **dict.fromkeys((".ndjson", ".jsonl"), "ndjson"),
    ".json": "json",
    ".warc": "warc",
}
