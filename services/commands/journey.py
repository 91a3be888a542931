"""`newsloom journey`: what became of a page, and why."""

import re
import time
from typing import Annotated, Any

import typer
from rich.table import Table

from services.commands.output import JsonOption, complaints, console, print_json
from services.runtime.gateway import Refused, ask
from services.runtime.settings import Settings, load_settings

_STYLES = {"indexed": "green", "skipped": "yellow", "dead": "red"}
FINAL = set(_STYLES)
POLL_S = 0.2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("journey")(journey)


def journey(
    page: Annotated[str, typer.Argument(help="the page's URL, or its id (64 hex digits)")],
    wait: Annotated[float, typer.Option(help="seconds to wait for a final fate", min=0, max=3600)] = 0,
    as_json: JsonOption = False,
) -> None:
    """Tell what became of a page: each stage, when, and its fate with the reason.

    Exit code 0 when the page has a final fate, 1 when it is not known or still on its way.
    """
    settings = load_settings()
    found = find(settings, page, wait)
    if found is None:
        complaints.print(f"no record of {page}: it was never published here, or it is still on its way", markup=False)
        raise typer.Exit(1)
    if as_json:
        print_json(found)
    else:
        _show(found)
    raise typer.Exit(0 if found["fate"] in FINAL else 1)


def find(settings: Settings, page: str, wait_s: float = 0) -> dict[str, Any] | None:
    """The journey as the gateway tells it; None when there is none within `wait_s` seconds."""
    params = {"id" if re.fullmatch(r"[0-9a-f]{64}", page) else "url": page}
    deadline = time.monotonic() + wait_s
    while True:
        found = _ask(settings, params)
        if (found and found["fate"] in FINAL) or time.monotonic() >= deadline:
            return found
        time.sleep(POLL_S)


def _ask(settings: Settings, params: dict[str, str]) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = ask(settings, "GET", "/v1/journey", params=params)
    except Refused as error:
        if error.status == 404:
            return None
        raise
    return answer


def _show(found: dict[str, Any]) -> None:
    fate = found["fate"]
    console.print(f"[{_STYLES.get(fate, 'cyan')}]{fate}[/]", end="")
    reason = " ".join(filter(None, [found.get("reason"), "-", found.get("detail")])) if found.get("reason") else ""
    console.print(f"  {reason}", markup=False)
    console.print(f"  {found.get('url') or '(no URL)'}\n  {found['id']}", markup=False, soft_wrap=True)
    table = Table("stage", "passed at", box=None)
    for step in found.get("trail", []):
        table.add_row(step["stage"], step["at"])
    console.print(table)
