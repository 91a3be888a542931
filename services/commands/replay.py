"""`newsloom replay`: pages that were kept go through the pipeline again, as they were, under their own times."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError
from tqdm import tqdm

from services.archive.find import ArchiveFile, archive_files
from services.commands.output import complaints, console, print_json
from services.commands.replay_choice import Bookmark, Choice
from services.commands.replay_read import Batch, from_files, from_topic
from services.commands.replay_send import Send, Tally, replay, sender
from services.contracts.messages import PageMessage, Utc
from services.runtime.errors import UsageError
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings, load_settings

BATCH = 100


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replay")(replay_)


def replay_(
    archive: Annotated[
        str | None, typer.Option("--from-archive", help="WARC files: a folder, a file, or s3://BUCKET/PREFIX")
    ] = None,
    topic: Annotated[bool, typer.Option("--from-topic", help="all pages that news.pages.v1 still holds")] = False,
    since: Annotated[str | None, typer.Option(help="only pages fetched at this time or later, RFC 3339")] = None,
    until: Annotated[str | None, typer.Option(help="only pages fetched before this time")] = None,
    source: Annotated[list[str] | None, typer.Option(help="only pages of this source; repeat for several")] = None,
    url: Annotated[str | None, typer.Option(help="only URLs that match, such as 'https://site.example/*'")] = None,
    rate: Annotated[float | None, typer.Option(help="most pages a second", min=0.01)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be sent")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="go on where the same replay was ended")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print the summary as JSON")] = False,
) -> None:
    """Send kept pages to news.pages.v1 again.

    Articles keep the time of their fetching as version: the same release changes nothing, a better one replaces what
    an older made of the same pages. Exit code 1 when pages were refused or broken; the others are sent.
    """
    if bool(archive) == topic:
        raise UsageError("give one of --from-archive and --from-topic")
    if topic and resume:
        raise UsageError("--resume goes with --from-archive")
    settings = load_settings()
    choice = Choice(_time("--since", since), _time("--until", until), tuple(source or ()), url)
    files = archive_files(archive, settings) if archive else []
    bookmark = Bookmark(settings, archive or "", choice)
    tally = asyncio.run(_run(settings, files, choice, bookmark, rate, dry_run, resume))
    if as_json:
        print_json({**tally.as_json(), "dry_run": dry_run})
    else:
        _show(tally, dry_run)
    raise typer.Exit(1 if tally.faults else 0)


def _time(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found: datetime = TypeAdapter(Utc).validate_python(text)
    except ValidationError as error:
        raise UsageError(f"{option} {text}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None
    return found


async def _run(
    settings: Settings,
    files: Sequence[ArchiveFile],
    choice: Choice,
    bookmark: Bookmark,
    rate: float | None,
    dry_run: bool,
    resume: bool,
) -> Tally:
    start = bookmark.read() if resume else None
    most = max(1, min(BATCH, int(rate))) if rate else BATCH
    batches = from_files(files, start, most, settings.max_page_bytes) if files else from_topic(settings, most)
    async with nullcontext() if dry_run else Publisher(settings) as publisher:
        send = sender(publisher, "archive" if files else "topic") if publisher else _nowhere
        keep = bookmark.write if files and not dry_run else _forget
        tally = await _with_bar(files, start, batches, choice, send, rate, keep)
    if files and not dry_run:
        bookmark.remove()
    return tally


async def _with_bar(
    files: Sequence[ArchiveFile],
    start: tuple[str, int] | None,
    batches: AsyncIterator[Batch],
    choice: Choice,
    send: Send,
    rate: float | None,
    keep: Callable[[str, int], None],
) -> Tally:
    left = sum(file.size for file in files if not start or file.name >= start[0])
    total = left - start[1] if start else left
    with tqdm(total=total or None, unit="B" if files else " pages", unit_scale=bool(files), disable=None) as bar:

        def done(batch: Batch, tally: Tally) -> None:
            keep(batch.place, batch.end)
            bar.set_postfix(sent=tally.sent, faults=tally.faults, refresh=False)
            bar.update(batch.read_bytes if files else len(batch.found))

        def complain(text: str) -> None:
            with tqdm.external_write_mode():
                complaints.print(text, markup=False, soft_wrap=True)

        return await replay(batches, choice, send, rate, done, complain)


async def _nowhere(page: PageMessage) -> None:
    """What a dry run sends."""


def _forget(place: str, end: int) -> None:
    """What a dry run keeps of its way."""


def _show(tally: Tally, dry_run: bool) -> None:
    console.print(f"{tally.sent:,} pages {'would be ' if dry_run else ''}sent, {tally.not_chosen:,} not chosen")
    groups: dict[str, Any] = {"refused": tally.refused, "broken": tally.broken, "passed over": tally.passed}
    for name, reasons in groups.items():
        for reason, count in reasons.most_common(20):
            console.print(f"{count:,} {name}: {reason}", markup=False)
