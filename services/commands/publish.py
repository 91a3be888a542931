"""`newsloom publish`: URLs, files and NDJSON onto the topics, each checked before it is sent."""

import asyncio
import base64
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from services.commands.output import complaints, console, print_line
from services.contracts.fates import BadInput
from services.contracts.messages import Message, PageMessage, UrlMessage
from services.contracts.topics import PAGES, URLS
from services.contracts.urls import InvalidUrl, article_id, canonical_url
from services.runtime.decode import decode
from services.runtime.errors import UsageError
from services.runtime.publisher import MessageTooLarge, Publisher
from services.runtime.settings import Settings, load_settings

_BODIES = ("html", "text", "body_base64")
_KINDS = {".html": "html", ".htm": "html", ".xhtml": "html", ".txt": "text", ".text": "text", ".md": "text"}
_LINES = {".ndjson", ".jsonl", ".json"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("publish")(publish)


def publish(
    what: Annotated[str, typer.Argument(help="a URL, an HTML or text file, an NDJSON file, or - for NDJSON on stdin")],
    url: Annotated[str | None, typer.Option(help="the article's address; needed with an HTML or text file")] = None,
    title: Annotated[str | None, typer.Option(help="title of a text file; default: found in the text")] = None,
    source: Annotated[str | None, typer.Option(help="id of the source")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON line for each message")] = False,
) -> None:
    """Publish URLs or pages.

    NDJSON lines are messages of news.urls.v1 ({"url": …}) or news.pages.v1 ({"url": …, and html, text or body_base64}).
    Exit code 1 when any line was refused; the others are published.
    """
    lines = list(_messages(what, url, title, source))
    refused = asyncio.run(_send(load_settings(), lines, as_json))
    if refused:
        raise typer.Exit(1)


def _messages(what: str, url: str | None, title: str | None, source: str | None) -> Iterator[tuple[str, Any]]:
    """Pairs of a place (for complaints) and the data of a message, or the BadInput it is."""
    if what.startswith(("http://", "https://")):
        yield what, {"url": what, "source": source}
        return
    path = Path(what)
    if what == "-" or path.suffix.lower() in _LINES:
        stream = sys.stdin.buffer.read() if what == "-" else _read(path)
        for number, line in enumerate(stream.splitlines(), 1):
            if line.strip():
                yield f"line {number}", line
        return
    yield what, _file(path, url, title, source)


def _file(path: Path, url: str | None, title: str | None, source: str | None) -> dict[str, Any]:
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(sorted([*_KINDS, *_LINES]))
        raise UsageError(f"{path}: what kind of file is that? Known endings: {known}; or give a URL, or - for NDJSON")
    if url is None:
        raise UsageError(f"{path}: give the article's address with --url")
    data = _read(path)
    page: dict[str, Any] = {"url": url, "title": title, "source": source}
    if kind == "html":
        return {**page, "body_base64": base64.b64encode(data).decode(), "content_type": "text/html"}
    try:
        return {**page, "text": data.decode("utf-8-sig")}
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text ({error.reason} at byte {error.start})") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"can not read {path}: {error.strerror}") from None


def _message(data: dict[str, Any] | bytes) -> Message:
    """Validate. Raises BadInput or InvalidUrl with what is wrong."""
    line = data if isinstance(data, bytes) else orjson.dumps({k: v for k, v in data.items() if v is not None})
    model = UrlMessage if _fields(line).keys().isdisjoint(_BODIES) else PageMessage
    message = decode(line, model)
    canonical_url(getattr(message, "url", ""))
    return message


def _fields(line: bytes) -> dict[str, Any]:
    """What a line has, as far as it can be told; what is wrong with it is for `decode` to say."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


async def _send(settings: Settings, lines: list[tuple[str, Any]], as_json: bool) -> int:
    refused = 0
    async with Publisher(settings) as publisher:
        for place, data in lines:
            try:
                message = _message(data)
                topic = PAGES if isinstance(message, PageMessage) else URLS
                await publisher.send(topic, message)
            except (BadInput, InvalidUrl, MessageTooLarge) as error:
                refused += 1
                complaints.print(f"{place}: refused: {error}", markup=False)
                continue
            address = getattr(message, "url", "")
            if as_json:
                print_line({"id": article_id(address), "url": canonical_url(address), "topic": topic.name})
            elif len(lines) == 1:
                console.print(f"published {article_id(address)} to {topic.name}", markup=False)
                console.print(f"follow it with: newsloom journey '{address}'", markup=False)
    if len(lines) != 1 and not as_json:
        console.print(f"{len(lines) - refused} published, {refused} refused")
    return refused
