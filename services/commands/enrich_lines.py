"""NDJSON articles in, their entities out: what `newsloom enrich` does."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from tqdm import tqdm

from services.clean.language import detect_language
from services.clean.words import count_words
from services.commands.entities_page import EntitiesPage
from services.commands.output import print_line
from services.contracts.messages import Article, Enriched, Source
from services.enrich.app import load, work
from services.enrich.models import check_models
from services.runtime.errors import UsageError
from services.runtime.pool import CHUNK, Pool
from services.runtime.settings import Settings, load_settings
from services.runtime.stage import Failure, Forward, Outcome

_SOURCE = Source(id="stdin", name="stdin", domain="")
_NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Line:
    """One line of the input: its number, the id it gives, and the article or what is wrong with it."""

    number: int
    id: Any
    article: Article | None = None
    error: str = ""


def run(file: str, jobs: int, html: Path | None) -> int:
    """Enrich the lines of `file` (`-`: standard input) onto standard output; the exit code."""
    settings = load_settings()
    check_models(settings.spacy_model, settings.topic_models)
    with _opened(file) as source:
        return asyncio.run(_run(source, jobs, html, settings))


async def _run(source: BinaryIO, jobs: int, html: Path | None, settings: Settings) -> int:
    failed = 0
    page = EntitiesPage(html) if html else None
    async with _pool(jobs, settings) as pool:
        for batch in _batches(tqdm(_lines(source), unit=" articles", disable=None), jobs * CHUNK):
            outcomes = iter(await pool.process([line.article for line in batch if line.article]))
            for line in batch:
                answer, enriched = _answer(line, next(outcomes) if line.article else None)
                print_line(answer)
                failed += "error" in answer
                if page and enriched:
                    page.add(enriched)
    if page:
        page.close()
    return 1 if failed else 0


@asynccontextmanager
async def _pool(jobs: int, settings: Settings) -> AsyncIterator[Pool]:
    limit, models = settings.document_limit_s, (settings.spacy_model, "", settings.topic_models)
    memory = settings.worker_memory_mib
    pool = Pool(work, workers=jobs, limit_s=limit, memory_mib=memory, initializer=load, initargs=models)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.stop()


def _answer(line: Line, outcome: Outcome | None) -> tuple[dict[str, Any], Enriched | None]:
    if isinstance(outcome, Forward) and isinstance(outcome.message, Enriched):
        found = outcome.message.model_dump(
            mode="json", include={"entities", "topics", "keyphrases", "reading_minutes"}, exclude_none=True
        )
        return {"id": line.id, **found}, outcome.message
    error = outcome.detail if isinstance(outcome, Failure) else line.error
    return {"line": line.number, "id": line.id, "error": error}, None


def _lines(source: BinaryIO) -> Iterator[Line]:
    for number, raw in enumerate(source, 1):
        if raw.strip():
            yield parse(number, raw)


def parse(number: int, raw: bytes) -> Line:
    """The line number `number` of the input; what is wrong with it is said in its `error`."""
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return Line(number, None, error=f"not JSON: {error}")
    if not isinstance(data, dict):
        return Line(
            number, None, error=f"expected an object with id, title, body, language; found {type(data).__name__}"
        )
    given = {name: data.get(name) for name in ("title", "body", "language")}
    wrong = [name for name, value in given.items() if not isinstance(value, str | None)]
    if wrong or given["body"] is None:
        name = wrong[0] if wrong else "body"
        return Line(number, data.get("id"), error=f"{name} must be a string; found {type(given[name]).__name__}")
    return Line(number, data.get("id"), _article(number, given["title"] or "", given["body"], given["language"]))


def _article(number: int, title: str, body: str, language: str | None) -> Article:
    return Article(
        id=f"{number:064x}",
        url="",
        title=title,
        body=body,
        language=language or detect_language(f"{title}\n{body}", "en")[0],
        fetched_at=_NEVER,
        source=_SOURCE,
        word_count=count_words(body),
        content_hash="",
    )


def _batches(lines: Iterable[Line], most: int) -> Iterator[list[Line]]:
    """`lines` in order, in lists of at most `most`, fewer when they are long, so that memory stays bounded."""
    batch: list[Line] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line.article.body) if line.article else 0
        if len(batch) >= most or size > 10_000_000:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _opened(file: str) -> BinaryIO:
    if file == "-":
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise UsageError(f"can not read {file}: {error.strerror}") from None
