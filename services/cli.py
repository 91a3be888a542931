"""The `newsloom` command: puts together what lives in `services/commands`, and turns our errors into exit codes.

Exit codes: 0 done, 1 the answer is no (not ready, not found, some input refused), 2 wrong use or settings,
3 a server that is needed does not answer, 130 interrupted.
"""

import errno
import importlib
import importlib.metadata
import io
import logging
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
FULL = {errno.ENOSPC, errno.EDQUOT}
"""No room on the disk that output goes to: nobody's bug."""


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
    """Run the command line; errors of ours, and a full disk, become one line that says what to do."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # standard output is for results
    # Without it, Python prints what libraries log of errors that they raise as well; services set up their own logs.
    logging.getLogger().addHandler(logging.NullHandler())
    for stream in (sys.stdout, sys.stderr):
        # A terminal or locale that is not UTF-8 lacks most letters of the world: rather escapes than no answer.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        application(sys.argv[1] if len(sys.argv) > 1 else None)()
    except NewsloomError as error:
        print(f"newsloom: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in FULL:
            raise
        print(f"newsloom: can not write: {error.strerror}; free some room and do it again", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
