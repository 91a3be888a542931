"""The `newsloom` command: puts together what lives in `services/commands`, and turns our errors into exit codes.

Exit codes: 0 done, 1 the answer is no (not ready, not found, some input refused), 2 wrong use or settings,
3 a server that is needed does not answer, 130 interrupted.
"""

import importlib
import sys

import typer

from services.runtime.errors import NewsloomError

MODULES = ("stack", "demo", "run", "search", "publish", "sources", "journey", "dead", "topics", "extract", "enrich")


def application() -> typer.Typer:
    """The command line with every command, in the order a new user meets them."""
    app = typer.Typer(
        name="newsloom",
        help="Sources of news in, a searchable archive out.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for module in MODULES:
        importlib.import_module(f"services.commands.{module}").register(app)
    return app


def main() -> None:
    """Run the command line; errors of ours become one line that says what to do."""
    try:
        application()()
    except NewsloomError as error:
        print(f"newsloom: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
