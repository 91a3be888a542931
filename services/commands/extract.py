"""`newsloom extract`: pages in, articles out, without a broker; the very function that the clean service runs."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import typer
from pydantic import ValidationError
from tqdm import tqdm

from services.clean.app import limits_of
from services.clean.learned import extraction
from services.clean.limits import CleanLimits
from services.clean.record import record
from services.clean.sightings import Recurring
from services.commands.extract_run import Made, Record, records
from services.contracts.fates import BadInput
from services.contracts.messages import PageMessage
from services.runtime.errors import UsageError
from services.runtime.settings import load_settings

# Stands for the address of a page that came without one; RFC 2606 keeps the name from ever being a site.
_NOWHERE = "https://page.invalid/without-address"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("extract")(extract)


def extract(
    file: Annotated[
        str, typer.Argument(help="an HTML file, or NDJSON lines {id,url,html}; '-' reads standard input")
    ] = "-",
    url: Annotated[str | None, typer.Option(help="address of the HTML file")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=0, help="worker processes; 0: none, and no time limit [HTML file: 0, NDJSON: 1]")
    ] = None,
    explain: Annotated[bool, typer.Option(help="say of each block of the page why it was kept or dropped")] = False,
    learn: Annotated[
        bool | None,
        typer.Option(
            help="drop lines that recur over the articles of a host, as far as the lines before show it; "
            "--no-learn: each page for itself [NEWSLOOM_LEARN]"
        ),
    ] = None,
) -> None:
    """Turn HTML pages into articles: one JSON line for each page, in the same order.

    A page that the service would skip has `skipped` and `detail`, and its title and body as far as they are known.
    A line that is no page has `error`; then the exit code is 1.
    """
    settings = load_settings()
    work = partial(of_line, limits=limits_of(settings), explain=explain, now=datetime.now(UTC))
    with _open(file) as stream:
        head = stream.readline()
        while head and not head.strip():
            head = stream.readline()
        if _is_ndjson(head):
            lines = (line for line in chain((head,), stream) if line.strip())
            learns = settings.learn if learn is None else learn
            made = records(lines, work, 1 if jobs is None else jobs, settings, learn=learns)
        else:
            page = orjson.dumps({"url": url or _NOWHERE, "body_base64": _base64(head + stream.read())})
            made = records((page,), work, jobs or 0, settings)
        if _write(made):
            raise typer.Exit(1)


def of_line(line: bytes, recurs: Recurring, *, limits: CleanLimits, explain: bool, now: datetime) -> Made:
    """The record of one NDJSON line; `id` is passed through as given, `now` is when a page without time was read."""
    given: Record = {}
    try:
        loaded = orjson.loads(line)
        if not isinstance(loaded, dict):
            raise ValueError(f"a line must be a JSON object; this is a {type(loaded).__name__}")
        given = {"id": loaded["id"]} if "id" in loaded else {}
        page = PageMessage.model_validate({"url": _NOWHERE, "fetched_at": now, **_filled(loaded)})
        made = extraction(page, limits, recurs)
        nowhere = page.url == _NOWHERE
        shown = given | record(page, made, explain) | ({"url": None} if nowhere else {})
        return shown, "" if nowhere else made.host, made.seen
    except (ValueError, BadInput) as error:
        return given | {"error": _message(error)}, "", None
    except MemoryError:
        raise  # the process is to end (runtime/memory.py)
    except Exception as error:  # a bug; it is told in its line, and the other pages go on
        return given | {"error": f"a bug in extraction: {error!r}"[:2000]}, "", None


def _filled(loaded: Record) -> Record:
    return {key: value for key, value in loaded.items() if value is not None}


def _message(error: Exception) -> str:
    if isinstance(error, ValidationError):
        said = [
            (".".join(map(str, e["loc"])) or "line", e["msg"].removeprefix("Value error, ")) for e in error.errors()
        ]
        return "; ".join(f"{where}: {what}" for where, what in said)
    return str(error)


def _write(lines: Iterator[Record]) -> int:
    """Print the records; the number of those with an error."""
    errors = 0
    for made in tqdm(lines, unit=" pages", disable=None):
        errors += "error" in made
        sys.stdout.buffer.write(orjson.dumps(made, option=orjson.OPT_APPEND_NEWLINE))
        sys.stdout.buffer.flush()
    if errors:
        print(f"newsloom extract: {errors} lines could not be read; they have `error`", file=sys.stderr)
    return errors


def _open(file: str) -> BinaryIO:
    if file == "-":
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise UsageError(f"can not read {file}: {error.strerror}; give an HTML file, an NDJSON file or '-'") from None


def _is_ndjson(head: bytes) -> bool:
    """HTML never begins with a brace."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _base64(body: bytes) -> str:
    from base64 import b64encode

    return b64encode(body).decode("ascii")
