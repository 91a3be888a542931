"""`newsloom extract`: pages in, articles out, without a broker; the very function that the clean service runs."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as TookTooLong
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import orjson
import typer
from pebble import ProcessExpired, ProcessPool
from pydantic import ValidationError
from tqdm import tqdm

from services.clean.app import limits_of
from services.clean.limits import CleanLimits
from services.clean.record import record
from services.contracts.fates import BadInput
from services.contracts.messages import PageMessage
from services.runtime.errors import UsageError
from services.runtime.memory import OUT_OF_MEMORY, bound_memory, within_memory
from services.runtime.pool import TASKS_PER_WORKER
from services.runtime.settings import Settings, load_settings

Record = dict[str, Any]
Work = Callable[[bytes], Record]

# Stands for the address of a page that came without one; RFC 2606 keeps the name from ever being a site.
_NOWHERE = "https://page.invalid/without-address"
_AHEAD = 4


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
            records = _records(lines, work, 1 if jobs is None else jobs, settings)
        else:
            page = orjson.dumps({"url": url or _NOWHERE, "body_base64": _base64(head + stream.read())})
            records = _records((page,), work, jobs or 0, settings)
        if _write(records):
            raise typer.Exit(1)


def of_line(line: bytes, *, limits: CleanLimits, explain: bool, now: datetime) -> Record:
    """The record of one NDJSON line; `id` is passed through as given, `now` is when a page without time was read."""
    given: Record = {}
    try:
        loaded = orjson.loads(line)
        if not isinstance(loaded, dict):
            raise ValueError(f"a line must be a JSON object; this is a {type(loaded).__name__}")
        given = {"id": loaded["id"]} if "id" in loaded else {}
        page = PageMessage.model_validate({"url": _NOWHERE, "fetched_at": now, **_filled(loaded)})
        made = record(page, limits, explain)
        return given | made | ({"url": None} if page.url == _NOWHERE else {})
    except (ValueError, BadInput) as error:
        return given | {"error": _message(error)}
    except MemoryError:
        raise  # the process is to end (runtime/memory.py)
    except Exception as error:  # a bug; it is told in its line, and the other pages go on
        return given | {"error": f"a bug in extraction: {error!r}"[:2000]}


def _filled(loaded: Record) -> Record:
    return {key: value for key, value in loaded.items() if value is not None}


def _message(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'line'}: {e['msg']}" for e in error.errors())
    return str(error)


def _records(lines: Iterable[bytes], work: Work, jobs: int, settings: Settings) -> Iterator[Record]:
    """Records in the order of `lines`; with `jobs` processes, a page that takes longer or more memory than the settings
    say has its worker killed."""
    limit_s, memory_mib = settings.document_limit_s, settings.worker_memory_mib
    if not jobs:
        yield from map(work, lines)
        return
    pool = ProcessPool(jobs, TASKS_PER_WORKER, bound_memory, [memory_mib], get_context("spawn"))
    running: deque[tuple[bytes, Any]] = deque()
    try:
        for line in lines:
            running.append((line, pool.schedule(within_memory, args=[work, line], timeout=limit_s)))
            if len(running) > jobs * _AHEAD:
                yield _result(*running.popleft(), limit_s)
        while running:
            yield _result(*running.popleft(), limit_s)
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _result(line: bytes, future: Any, limit_s: float) -> Record:
    try:
        done: Record = future.result()
        return done
    except TookTooLong:
        failed = f"took longer than the limit of {limit_s:g} s (NEWSLOOM_DOCUMENT_LIMIT_S)"
    except ProcessExpired as error:
        more = " for want of memory (NEWSLOOM_WORKER_MEMORY_MIB)" if error.exitcode == OUT_OF_MEMORY else ""
        failed = f"the worker process died{more}: {error}"
    return _id_of(line) | {"error": failed}


def _id_of(line: bytes) -> Record:
    try:
        loaded = orjson.loads(line)
    except ValueError:
        return {}
    return {"id": loaded["id"]} if isinstance(loaded, dict) and "id" in loaded else {}


def _write(records: Iterator[Record]) -> int:
    """Print the records; the number of those with an error."""
    errors = 0
    for made in tqdm(records, unit=" pages", disable=None):
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
