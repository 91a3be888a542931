"""`newsloom forget`: articles taken out of the archive for good."""

import asyncio
import re
import sys
from typing import Annotated, Any

import typer
from elasticsearch import ApiError, TransportError

from services.commands.output import JsonOption, complaints, console, print_json
from services.commands.steps import Steps
from services.contracts import indices
from services.contracts.urls import InvalidUrl, article_id, canonical_url
from services.index.forget import Count, Page, forget, of_source, still_holding
from services.index.reindex import kept
from services.index.setup import ensure_indices
from services.runtime.elastic import async_client
from services.runtime.errors import Unavailable, UsageError
from services.runtime.settings import Settings, load_settings

SHOWN = 10


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("forget")(command)


def command(
    pages: Annotated[list[str] | None, typer.Argument(help="URLs or ids (64 hex digits)", metavar="URL|ID")] = None,
    source: Annotated[str | None, typer.Option(help="all articles of this source: its id, name or domain")] = None,
    reason: Annotated[str, typer.Option(help="why; journeys and the API will say it")] = "taken down",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be forgotten")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take articles out of the archive so that nothing brings them back: no replay, no newer fetch.

    A page that was never seen can be forgotten as well; it will not come in then. There is no way back.
    """
    if bool(pages) == bool(source):
        raise UsageError("name the pages to forget, or give --source")
    settings = load_settings()
    chosen = [_page(page) for page in pages or ()]
    found = asyncio.run(_work(settings, chosen, source, reason, dry_run, yes))
    if as_json:
        print_json(found)
    else:
        _show(found, dry_run)


def _page(given: str) -> Page:
    if re.fullmatch(r"[0-9a-f]{64}", given):
        return Page(given, None)
    try:
        return Page(article_id(given), canonical_url(given))
    except InvalidUrl as error:
        raise UsageError(f"{given!r} is neither an id nor a URL: {error}") from None


async def _work(
    settings: Settings, pages: list[Page], source: str | None, reason: str, dry_run: bool, yes: bool
) -> dict[str, Any]:
    async with async_client(settings) as es:
        try:
            await ensure_indices(es, settings)
            if source:
                pages = [page async for part in of_source(es, settings, source) for page in part]
            if not dry_run and pages and not yes:
                _confirm(pages)
            count = Count()
            if not dry_run:
                with Steps() as steps:
                    done = 0

                    def progress(more: int) -> None:
                        nonlocal done
                        done += more
                        steps.report("forgetting", done, len(pages))

                    count = await forget(es, settings, pages, reason, progress)
                await es.indices.refresh(index=settings.name(indices.ARTICLES))
            held = still_holding(settings, await kept(es, settings.name(indices.ARTICLES)))
        except TransportError as error:
            raise Unavailable(f"Elasticsearch at {settings.es_shown} does not answer ({error.message})") from error
        except ApiError as error:
            raise Unavailable(f"Elasticsearch refused ({error.status_code}): {error.message}") from error
    shown = [page.url or page.id for page in pages[:SHOWN]]
    return {"pages": len(pages), "examples": shown, **vars(count), "still_held_by": held, "source": source}


def _confirm(pages: list[Page]) -> None:
    if not sys.stdin.isatty():
        raise UsageError(f"{len(pages)} pages would be forgotten for good; give --yes to do it, --dry-run to look")
    for page in pages[:SHOWN]:
        complaints.print(f"  {page.url or page.id}", markup=False, soft_wrap=True)
    if not typer.confirm(f"Forget {len(pages)} pages? There is no way back", err=True):
        raise typer.Exit(1)


def _show(found: dict[str, Any], dry_run: bool) -> None:
    if dry_run:
        console.print(f"{found['pages']} pages would be forgotten")
        for page in found["examples"]:
            console.print(f"  {page}", markup=False, soft_wrap=True)
        return
    console.print(
        f"{found['forgotten']} articles forgotten, {found['already']} were so already, "
        f"{found['unknown']} were never here and will not come in"
    )
    console.print("What else still has their text:")
    for line in found["still_held_by"]:
        console.print(f"  {line}", markup=False, soft_wrap=True)
    if found["source"]:
        console.print(
            f"The source {found['source']} is still in the registry if it was there: its new articles, and those on "
            "their way, come in. To end that, switch it off; see 'newsloom sources list'.",
            markup=False,
            soft_wrap=True,
        )
