"""How commands print: JSON for scripts, tables and plain lines for people."""

import sys
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

JsonOption = Annotated[bool, typer.Option("--json", help="print JSON")]
console = Console(highlight=False)
complaints = Console(stderr=True, highlight=False)


def print_json(data: Any) -> None:
    """One indented JSON document on standard output."""
    sys.stdout.write(orjson.dumps(data, option=orjson.OPT_INDENT_2, default=str).decode() + "\n")


def print_line(data: Any) -> None:
    """One JSON document on one line (NDJSON)."""
    sys.stdout.write(orjson.dumps(data, default=str).decode() + "\n")
