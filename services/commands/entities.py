"""`newsloom entities`: what people decide about entities, for what is indexed and what will be."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, get_args

import typer
from elasticsearch import AsyncElasticsearch
from pydantic import ValidationError
from rich.table import Table

from services.commands.output import JsonOption, complaints, console, print_json
from services.commands.steps import Steps
from services.contracts import indices
from services.contracts.decisions import Decision
from services.contracts.messages import EntityType
from services.enrich.slugs import entity_id
from services.index.decided import bring_up_to_date, decide, decided, name_of, undo
from services.index.setup import ensure_indices
from services.runtime.elastic import async_client, reachable
from services.runtime.errors import UsageError
from services.runtime.settings import Settings, load_settings

Identity = Annotated[str, typer.Argument(metavar="ID", help="as place:lisbon; pages and GET /v1/entities show it")]
Work = Callable[[AsyncElasticsearch, Settings], Awaitable[None]]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    entities = typer.Typer(help="Entities: merge, split, rename; list and undo that.", no_args_is_help=True)
    for name, command in (("merge", merge), ("split", split), ("rename", rename), ("undo", drop), ("list", list_)):
        entities.command(name)(command)
    entities.command("apply")(apply)
    app.add_typer(entities, name="entities")


def merge(identity: Identity, into: Annotated[str, typer.Argument(metavar="INTO", help="what it is called")]) -> None:
    """Have the entity ID be INTO, in every article, also in those to come."""

    async def work(es: AsyncElasticsearch, settings: Settings) -> None:
        known = await decided(es, settings)
        target = known.final(into)
        if target == known.final(identity):
            raise UsageError(f"{identity} and {into} are one already; see 'newsloom entities list'")
        if not (name := await name_of(es, settings, target)):
            raise UsageError(f"no article names {target}; GET /v1/entities?q=… finds entities by name")
        await _decide(es, settings, {"id": identity, "into": target, "name": name})

    _run(work)


def split(
    identity: Identity,
    spelling: Annotated[str, typer.Argument(help="as the text writes it, letter by letter")],
    name: Annotated[str, typer.Argument(help="name of the entity that this is")],
    type_: Annotated[str, typer.Option("--type", help="of that entity; default: the same as ID")] = "",
) -> None:
    """Have SPELLING, where articles took it for the entity ID, be an entity of its own, called NAME."""
    kind = type_ or identity.partition(":")[0]
    if kind not in get_args(EntityType):
        raise UsageError(f"no type of entity {kind[:40]!r}; there are: {', '.join(get_args(EntityType))}")
    said = {"id": identity, "into": entity_id(kind, name), "name": name, "spelling": spelling}
    _run(lambda es, settings: _decide(es, settings, said))


def rename(identity: Identity, name: Annotated[str, typer.Argument(help="what it is called from now on")]) -> None:
    """Have the entity ID be called NAME. Its id stays what it is."""
    _run(lambda es, settings: _decide(es, settings, {"id": identity, "into": identity, "name": name}))


def drop(
    identity: Identity, spelling: Annotated[str, typer.Option(help="of a split: what was split off")] = ""
) -> None:
    """Take a decision back, for articles to come; what is indexed stays until it is enriched and indexed again."""

    async def work(es: AsyncElasticsearch, settings: Settings) -> None:
        if not await undo(es, settings, f"{identity}|{spelling}"):
            complaints.print(f"there is no such decision about {identity}", markup=False)
            raise typer.Exit(1)
        console.print("taken back for articles to come")

    _run(work)


def apply() -> None:
    """Apply all decisions to what is indexed: after an interruption. What agrees already is left alone."""
    _run(_apply)


def list_(as_json: JsonOption = False) -> None:
    """List what was decided."""

    async def work(es: AsyncElasticsearch, settings: Settings) -> None:
        found = sorted(await decided(es, settings), key=lambda decision: decision.key)
        if as_json:
            print_json([decision.model_dump(mode="json", exclude_none=True) for decision in found])
            return
        table = Table("id", "where written", "is", "called", "decided", "applied", box=None)
        for d in found:
            times = (f"{at:%Y-%m-%d %H:%M}" if at else "not yet" for at in (d.decided_at, d.applied_at))
            table.add_row(d.id, d.spelling or "", d.into, d.name, *times)
        console.print(table)

    _run(work)


async def _decide(es: AsyncElasticsearch, settings: Settings, said: dict[str, str]) -> None:
    try:
        decision = Decision.model_validate({**said, "decided_at": datetime.now(UTC)})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "decision"
        raise UsageError(f"{where}: {first['msg']}; an id looks like place:lisbon, a name has no '|'") from None
    await decide(es, settings, decision)
    await _apply(es, settings)


async def _apply(es: AsyncElasticsearch, settings: Settings) -> None:
    with Steps() as steps:
        decisions = await decided(es, settings)
        await es.indices.refresh(index=settings.name(indices.ARTICLES))
        changed = await bring_up_to_date(es, settings, decisions, lambda a, b: steps.report("articles", a, b))
    console.print(f"{changed} articles changed; what is indexed from now on follows within a minute")


def _run(work: Work) -> None:
    async def run() -> None:
        settings = load_settings()
        with reachable(settings):
            async with async_client(settings) as es:
                await ensure_indices(es, settings)
                await work(es, settings)

    asyncio.run(run())
