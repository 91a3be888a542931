"""How commands print: JSON for scripts, tables and plain lines for people."""

import sys
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

JsonOption = Annotated[bool, typer.Option("--json", help="print JSON")]
WIDTH = None if sys.stdout is not None and sys.stdout.isatty() else 250
"""Columns: the terminal's; else so many that programs find each row of a table, and each sentence, on one line."""
console = Console(highlight=False, width=WIDTH)
complaints = Console(stderr=True, highlight=False, soft_wrap=True)


def printable(text: str) -> str:
    """`text` of a stranger's making without what commands a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def counted(number: int, thing: str) -> str:
    """Such as "1 article" and "2,000 articles"."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def say(text: str, to: Console = console) -> None:
    """One line for people, as it is: no markup, no wrapping, nothing that commands a terminal."""
    to.print(printable(text), markup=False, soft_wrap=True)


def print_json(data: Any) -> None:
    """One indented JSON document on standard output."""
    _write(orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=str))


def print_line(data: Any) -> None:
    """One JSON document on one line (NDJSON)."""
    _write(orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE, default=str))


def _write(data: bytes) -> None:
    """JSON is UTF-8 (RFC 8259, section 8.1), whatever the locale's encoding."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
