"""`newsloom reindex`: the archive built anew beside the old one, while everything goes on."""

import asyncio
import signal
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from services.commands.output import JsonOption, complaints, console, print_json, say
from services.commands.retag import ADVICE, retag
from services.commands.steps import Steps
from services.contracts import indices
from services.index import reindex
from services.index.reindex_state import load
from services.index.reindex_topic import oldest_indexed, reaches_back_to, rebuild
from services.index.retention import expired, retention
from services.index.setup import ensure_indices
from services.runtime.elastic import async_client
from services.runtime.errors import Unavailable, UsageError
from services.runtime.settings import Settings, load_settings

AGAIN = "; run 'newsloom reindex' again to go on from here, or with --abort to give up"
AGAIN_ENRICH = "; run 'newsloom reindex --enrich' again to go on"


class From(StrEnum):
    """Where documents are taken from."""

    ELASTICSEARCH = "elasticsearch"
    TOPIC = "topic"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reindex")(command)


def command(
    source: Annotated[
        From, typer.Option("--from", help="elasticsearch: as they are; topic: made anew from news.enriched.v1")
    ] = From.ELASTICSEARCH,
    drop_old: Annotated[bool, typer.Option("--drop-old/--keep-old", help="delete what was replaced")] = False,
    allow_partial: Annotated[
        bool, typer.Option(help="with --from topic: take what the topic no longer holds from Elasticsearch")
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="only say what there is and how far a reindex is")] = False,
    abort: Annotated[bool, typer.Option("--abort", help="give up the reindex under way; the old stays")] = False,
    clean_up: Annotated[
        bool, typer.Option("--clean-up", help="delete what earlier reindexes kept, nothing else")
    ] = False,
    enrich: Annotated[
        bool, typer.Option("--enrich", help="have the running services enrich again what other models enriched")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="with --enrich: only say what would be done")] = False,
    as_json: JsonOption = False,
) -> None:
    """Build the articles' index anew, with this release's mapping, and switch to it in one step.

    Searches answer throughout; writers wait for some seconds at the end. Killed or broken off at any moment, it goes on
    where it was when it is run again. The old indices are kept, closed for writing, until --clean-up.

    With --enrich no index is built: articles whose models are not those of the settings are sent to the enrich service
    again, and replaced under the version that they have. Exit code 1 when some are left.
    """
    if sum((status, abort, clean_up, enrich)) > 1:
        raise UsageError("give one of --status, --abort, --clean-up and --enrich")
    if enrich and (drop_old or allow_partial or source is not From.ELASTICSEARCH):
        raise UsageError("--enrich goes with --dry-run and --json alone")
    if dry_run and not enrich:
        raise UsageError("--dry-run goes with --enrich")
    settings = load_settings()
    if enrich:
        _enrich(settings, dry_run, as_json)
        return
    if status:
        found = _run(settings, reindex.status)
    elif abort:
        found = {"deleted": _run(settings, reindex.abort)}
    elif clean_up:
        found = {"deleted": _run(settings, reindex.drop_kept)}
    else:
        found = _run(settings, lambda es, alias: _build(es, settings, alias, source, drop_old, allow_partial))
    _print(found, as_json)


def _enrich(settings: Settings, dry_run: bool, as_json: bool) -> None:
    tally = _run(settings, lambda es, alias: retag(es, settings, alias, dry_run), AGAIN_ENRICH)
    _print({**tally.as_json(), "dry_run": dry_run}, as_json)
    if tally.left and not dry_run:
        say(f"{tally.left} articles were not enriched again; {ADVICE}", complaints)
        raise typer.Exit(1)


def _print(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        console.print(f"{name.replace('_', ' ')}: {_shown(value)}", markup=False, soft_wrap=True)


async def _build(
    es: AsyncElasticsearch, settings: Settings, alias: str, source: From, drop_old: bool, allow_partial: bool
) -> dict[str, Any]:
    await ensure_indices(es, settings)
    if source is From.TOPIC and not allow_partial and not await load(es, alias):
        await _must_reach(es, settings, alias)
    state = await reindex.start(es, settings, alias, str(source))
    with Steps() as steps:
        if source is From.TOPIC:
            kept, now = await retention(es, settings), datetime.now(UTC)
            state = await rebuild(es, settings, alias, state, steps.report, lambda a: expired(a, kept, now) is None)
        return await reindex.finish(es, alias, state, steps.report, drop_old=drop_old)


async def _must_reach(es: AsyncElasticsearch, settings: Settings, alias: str) -> None:
    """Raise UsageError unless the topic holds all that the archive has."""
    oldest, reach = await oldest_indexed(es, alias), await reaches_back_to(settings)
    if oldest and (reach is None or oldest < reach):
        since = f"only reaches back to {_time(reach)}" if reach else "is empty"
        raise UsageError(
            f"the topic news.enriched.v1 {since}, the archive to {_time(oldest)}; with --allow-partial what the topic "
            "no longer holds is copied from Elasticsearch as it is"
        )


def _run(settings: Settings, work: Any, advice: str = AGAIN) -> Any:
    async def all_of_it() -> Any:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # inside of asyncio.run
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)  # what is closed is opened again
        async with async_client(settings) as es:
            try:
                return await work(es, settings.name(indices.ARTICLES))
            except TransportError as error:
                why = f"Elasticsearch at {settings.es_shown} does not answer ({error.message}){advice}"
                raise Unavailable(why) from error
            except ApiError as error:
                raise Unavailable(f"Elasticsearch refused ({error.status_code}): {error.message}{advice}") from error

    try:
        return asyncio.run(all_of_it())
    except asyncio.CancelledError:
        raise Unavailable(f"told to stop{advice}") from None


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return " ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
