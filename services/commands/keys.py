"""`newsloom keys`: API keys of the gateway, with what each may do."""

import re
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from services.commands.output import JsonOption, complaints, console, print_json
from services.runtime.elastic import sync_client
from services.runtime.errors import UsageError
from services.runtime.keys import SCOPES, KeyIndex, Scope, new_key
from services.runtime.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the commands."""
    keys = typer.Typer(help="API keys of the gateway: create, list, revoke.", no_args_is_help=True)
    keys.command("create")(create)
    keys.command("list")(list_)
    keys.command("revoke")(revoke)
    app.add_typer(keys, name="keys")


def create(
    name: Annotated[str, typer.Argument(help="whose it is, or what for")],
    scope: Annotated[
        list[str] | None, typer.Option(help=f"what it may do, repeatable: {', '.join(SCOPES)}; default: ingest")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key and print it: the only time, as only its hash is kept. Gateways know it within ten seconds."""
    scopes = _scopes(scope or ["ingest"])
    if not name.strip():
        raise UsageError("the name is empty; say whose key it is, or what for")
    key, record = new_key(name, scopes, datetime.now(UTC))
    with sync_client(settings := load_settings()) as es:
        KeyIndex(es, settings).add(record)
    if as_json:
        print_json({**record.shown(), "key": key})
        return
    typer.echo(key)
    complaints.print(f"key {record.id} may: {', '.join(scopes)}. Keep it: it is not shown again.", markup=False)


def list_(as_json: JsonOption = False) -> None:
    """List the keys, without the keys themselves."""
    with sync_client(settings := load_settings()) as es:
        found = KeyIndex(es, settings).all()
    if as_json:
        print_json([key.shown() for key in found])
        return
    table = Table("id", "name", "may", "created", "revoked", box=None)
    for key in found:
        times = (f"{at:%Y-%m-%d %H:%M}" if at else "" for at in (key.created_at, key.revoked_at))
        table.add_row(key.id, key.name, ", ".join(key.scopes), *times)
    console.print(table)


def revoke(identity: Annotated[str, typer.Argument(help="as `newsloom keys list` shows it", metavar="ID")]) -> None:
    """Have a key be of no more use; gateways know within ten seconds."""
    if not re.fullmatch("[0-9a-f]{8}", identity):
        raise UsageError(f"{identity[:40]!r} is no id of a key; `newsloom keys list` shows them")
    with sync_client(settings := load_settings()) as es:
        if not KeyIndex(es, settings).revoke(identity, datetime.now(UTC)):
            complaints.print(f"there is no key {identity}", markup=False)
            raise typer.Exit(1)
    console.print(f"key {identity} is revoked")


def _scopes(given: list[str]) -> tuple[Scope, ...]:
    if wrong := [name for name in given if name not in SCOPES]:
        raise UsageError(f"no scope {wrong[0][:40]!r}; there are: {', '.join(SCOPES)}")
    return tuple(name for name in SCOPES if name in given)
