"""`newsloom enrich`: the service's own function on NDJSON, without a broker."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("enrich")(enrich)


def enrich(
    file: Annotated[str, typer.Argument(help="NDJSON file; - is standard input")] = "-",
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, max=64, help="worker processes")] = 1,
    html: Annotated[Path | None, typer.Option("--html", help="draw the entities into this file (displaCy)")] = None,
) -> None:
    """Print what articles name: lines {id, title, body, language} in, {id, entities, topics, keyphrases} out, in order.

    Offsets of mentions are characters of `body`, end exclusive; `count` counts the title too. A line without
    `language` is taken for what its text looks like, for English when that is not clear. A line that is no
    article becomes {line, id, error}, and the exit code is 1 at the end.
    """
    # Here, not above: spaCy takes two seconds to import, and every other command would pay for it.
    from services.commands.enrich_lines import run

    raise typer.Exit(run(file, jobs, html))
