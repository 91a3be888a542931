"""`newsloom publish`: URLs, files, folders and NDJSON onto the topics, each message checked before it is sent."""

import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from services.commands.output import complaints, console, print_line, say
from services.commands.publish_folder_run import publish_folder
from services.commands.publish_page import Refused, Told, base_of, sendable
from services.commands.publish_read import ENDINGS, Piece, kind_of, ndjson, pieces
from services.commands.publish_send import Step, Tally, batches, send_batch
from services.contracts.messages import UrlMessage
from services.contracts.urls import InvalidUrl, article_id, canonical_url
from services.runtime.errors import UsageError
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings, load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("publish")(publish)


def publish(
    what: Annotated[
        str, typer.Argument(help="a URL; a file of HTML, text, NDJSON, URLs or WARC; a folder; - for NDJSON on stdin")
    ],
    url: Annotated[str | None, typer.Option(help="address of an HTML or text file; default: as the page says")] = None,
    title: Annotated[str | None, typer.Option(help="title of a text file; default: its first line")] = None,
    source: Annotated[str | None, typer.Option(help="id of the source, for what names none")] = None,
    base_url: Annotated[
        str | None, typer.Option(help="address of the folder: its files lie below it, where they do not say theirs")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="publish what comes into the folder, until Ctrl-C")] = False,
    again: Annotated[bool, typer.Option("--again", help="of a folder, also what was published before")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="print one JSON line for each message; of a folder, a summary")
    ] = False,
) -> None:
    """Publish URLs or pages.

    NDJSON lines are messages of news.urls.v1 ({"url": …}) or news.pages.v1 ({"url": …, and html, text or body_base64}).
    A text file whose lines are all URLs is a list of pages to fetch; .gz is unpacked. Of a folder, what is published
    already is left out, also after a kill in the middle. Exit code 1 when something was refused; the rest is published.
    """
    settings = load_settings()
    told = _told(settings, url, title, source, base_url)
    if _is_folder(what):
        if url or title:
            raise UsageError("--url and --title go with one file; give the folder's address with --base-url")
        tally: Tally = publish_folder(settings, Path(what), told, watch=watch, again=again, as_json=as_json)
    elif watch or again:
        raise UsageError(f"--watch and --again go with a folder, which {what} is not")
    else:
        tally = asyncio.run(_send(settings, _steps(what, told), as_json))
    if tally.refused:
        raise typer.Exit(1)


def _is_folder(what: str) -> bool:
    try:
        return Path(what).is_dir()
    except OSError as error:  # a folder on its way that may not be read, a name too long to be one
        raise UsageError(f"{what[:200]}: can not be read: {error.strerror}") from None


def _told(settings: Settings, url: str | None, title: str | None, source: str | None, base_url: str | None) -> Told:
    try:
        return Told(url, title, source, base_url and base_of(base_url), settings.max_page_bytes)
    except (Refused, InvalidUrl) as error:
        raise UsageError(f"--base-url {base_url}: {error}") from None


def _steps(what: str, told: Told) -> Iterator[Step]:
    """All that is to be sent. Raises UsageError when it is nothing that can be."""
    if what.startswith(("http://", "https://")):
        try:
            yield Step(what, Piece("url", message=sendable(UrlMessage(url=what), told)))
        except Refused as error:
            yield Step(what, Piece("url", refused=str(error)))
        return
    path = Path(what)
    if scheme := re.match("([a-z][a-z0-9+.-]*)://", what, re.IGNORECASE):
        raise UsageError(
            f"{what}: nothing is fetched by {scheme[1]}; give an http or https address, a file or a folder"
        )
    if what != "-" and not path.exists():
        raise UsageError(f"there is no file {path}; give a URL (https://…), a file, a folder, or - for NDJSON")
    if what != "-" and kind_of(what) is None:
        known = ", ".join(sorted(ENDINGS))
        raise UsageError(f"{path}: what kind of file is that? Known endings: {known}; or give a URL, or - for NDJSON")
    found = ndjson(sys.stdin.buffer, what, told) if what == "-" else pieces(path, path.name, told)
    begun = False
    try:
        for piece in found:
            begun = True
            yield Step(piece.place or what, piece)
    except Refused as error:
        if not begun:
            raise UsageError(f"{path}: {error}") from None
        yield Step(f"{path}, after all that was read", Piece("", "end", refused=str(error)))


async def _send(settings: Settings, steps: Iterator[Step], as_json: bool) -> Tally:
    tally, shown, is_one = Tally(), 0, False
    work = batches(steps)
    batch = next(work, [])  # before Kafka is asked: wrong use is told at once
    async with Publisher(settings) as publisher:
        while batch:
            sent = await send_batch(batch, publisher.send, tally)
            for where, why in tally.refusals[shown:]:
                say(f"{where}: refused: {why}", complaints)
            shown = len(tally.refusals)
            for step, topic in sent:
                address = getattr(step.piece.message, "url", "")
                if as_json:
                    print_line({"id": article_id(address), "url": canonical_url(address), "topic": topic.name})
                elif not step.piece.place:
                    console.print(f"published {article_id(address)} to {topic.name}", markup=False)
                    console.print(f"follow it with: newsloom journey '{address}'", markup=False, soft_wrap=True)
            is_one = not batch[-1].piece.place
            batch = await asyncio.to_thread(next, work, [])
    if not as_json and not is_one:
        console.print(f"{tally.sent.total():,} published, {tally.refused:,} refused")
    return tally
