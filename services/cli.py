"""The `newsloom` command: puts together what lives in `services/commands`, and turns our errors into exit codes.

Exit codes: 0 done, 1 the answer is no (not ready, not found, some input refused), 2 wrong use or settings,
3 a server that is needed does not answer, 130 interrupted.
"""

import importlib
import importlib.metadata
import sys
from typing import Annotated

import structlog
import typer

from services.runtime.errors import NewsloomError

COMMANDS = {
    "up": "stack",
    "down": "stack",
    "status": "stack",
    "doctor": "stack",
    "demo": "demo",
    "run": "run",
    "search": "search",
    "publish": "publish",
    "sources": "sources",
    "journey": "journey",
    "dead": "dead",
    "replay": "replay",
    "forget": "forget",
    "reindex": "reindex",
    "topics": "topics",
    "entities": "entities",
    "keys": "keys",
    "bench": "bench",
    "extract": "extract",
    "enrich": "enrich",
    "models": "models",
}
"""Where each command lives, in the order a new user meets them."""


def application(command: str | None = None) -> typer.Typer:
    """The command line; with `command` only the module that it needs, so that a service does not load all others."""
    app = typer.Typer(
        name="newsloom",
        help="Sources of news in, a searchable archive out.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    modules = [COMMANDS[command]] if command in COMMANDS else dict.fromkeys(COMMANDS.values())
    for module in modules:
        importlib.import_module(f"services.commands.{module}").register(app)
    return app


def _options(
    version: Annotated[
        bool,
        # A callback of its own: the command line's own one is not called when no command is given.
        typer.Option(
            "--version", help="print the version and exit", is_eager=True, callback=lambda asked: _print_version(asked)
        ),
    ] = False,
) -> None:
    pass


def _print_version(asked: bool) -> None:
    if asked:
        print(importlib.metadata.version("newsloom"))
        raise typer.Exit


def main() -> None:
    """Run the command line; errors of ours become one line that says what to do."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # standard output is for results
    try:
        application(sys.argv[1] if len(sys.argv) > 1 else None)()
    except NewsloomError as error:
        print(f"newsloom: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
