"""How commands print: JSON for scripts, tables and plain lines for people."""

import sys
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

JsonOption = Annotated[bool, typer.Option("--json", help="print JSON")]
console = Console(highlight=False)
complaints = Console(stderr=True, highlight=False)


def printable(text: str) -> str:
    """`text` of a stranger's making without what commands a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def say(text: str, to: Console = console) -> None:
    """One line for people, as it is: no markup, no wrapping, nothing that commands a terminal."""
    to.print(printable(text), markup=False, soft_wrap=True)


def print_json(data: Any) -> None:
    """One indented JSON document on standard output."""
    sys.stdout.write(orjson.dumps(data, option=orjson.OPT_INDENT_2, default=str).decode() + "\n")


def print_line(data: Any) -> None:
    """One JSON document on one line (NDJSON)."""
    sys.stdout.write(orjson.dumps(data, default=str).decode() + "\n")
