"""A whole result as lines: NDJSON (https://github.com/ndjson/ndjson-spec) or CSV (RFC 4180).

Articles are in the order of their ids, so that an export that broke off goes on after the last id that arrived,
whatever was written meanwhile and however long ago that was.
"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
import structlog

from services.runtime.errors import Unavailable
from services.search.params import ARTICLE_FIELDS, ExportParams
from services.search.provider import Provider
from services.search.query import build_newest
from services.search.results import article_of

TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
BATCH = 200
"""Articles in memory at a time; a body has up to some 100 kB."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Query = dict[str, Any]
log = structlog.get_logger()


AT_ONCE = 4
"""Exports that a gateway runs at the same time; each keeps a point in time open in Elasticsearch."""


def build_batch(params: ExportParams, now: datetime, languages: tuple[str, ...], fields: Sequence[str]) -> Query:
    """The body that asks for the first articles. Raises QueryError, ParameterError."""
    body = build_newest(params, now, languages, BATCH, fields)
    after = [{"range": {"id": {"gt": params.after}}}] if params.after else []
    query = {"bool": {"filter": [body["query"], *after]}}  # no scores: nothing is ranked
    return {**body, "query": query, "sort": [{"id": "asc"}]}


class Reading:
    """A result read through in batches, from one point in time."""

    def __init__(self, provider: Provider, body: Query, limit: int | None) -> None:
        self._provider, self._body = provider, body
        self._left = limit
        self._pit: str | None = None
        self._after: dict[str, Any] = {}
        self._done = False

    async def batch(self) -> list[Query]:
        """The next hits; none after the last. Raises Unavailable, ExpiredCursor."""
        if self._done:
            return []
        self._pit = self._pit or await self._provider.open_pit()
        size = BATCH if self._left is None else min(BATCH, self._left)
        answer = await self._provider.search_pit({**self._body, **self._after, "size": size}, self._pit)
        hits: list[Query] = answer["hits"]["hits"]
        self._pit = answer.get("pit_id", self._pit)
        self._left = None if self._left is None else self._left - len(hits)
        self._done = len(hits) < size or self._left == 0
        self._after = {"search_after": hits[-1]["sort"]} if hits else {}
        return hits

    async def close(self) -> None:
        """Let the point in time go; Elasticsearch ends one by itself that could not be."""
        if self._pit:
            try:
                await self._provider.close_pit(self._pit)
            except Unavailable as error:
                log.warning("point in time left open", error=str(error))


class Exports:
    """The readings that a gateway has open: a few at a time."""

    def __init__(self) -> None:
        self._open: set[Reading] = set()

    def take(self, reading: Reading) -> bool:
        """Whether there is room for it; then it is taken."""
        if len(self._open) >= AT_ONCE:
            return False
        self._open.add(reading)
        return True

    def give_back(self, reading: Reading) -> None:
        """Its room is free again."""
        self._open.discard(reading)


def columns(fields: Sequence[str]) -> list[str]:
    """What a line has: the id always and first, for going on after it."""
    return ["id", *(field for field in dict.fromkeys(fields or ARTICLE_FIELDS) if field != "id")]


def head(form: str, fields: Sequence[str]) -> bytes:
    """What stands before the articles."""
    return _row(fields) if form == "csv" else b""


def line(form: str, source: Query, fields: Sequence[str]) -> bytes:
    """One article."""
    article = article_of(source, fields)
    if form == "ndjson":
        return orjson.dumps(article) + b"\n"
    return _row([cell(article[name]) for name in fields])


def _row(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def cell(value: object) -> str:
    """A value as text; what a spreadsheet would take for a formula starts with an apostrophe.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    text = "" if value is None else _text(value)
    return "'" + text if text.startswith(_FORMULA) else text


def _text(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(_text(item) for item in value)
    if isinstance(value, dict):
        return str(next((value[name] for name in ("name", "id", "at") if name in value), ""))
    return str(value).lower() if isinstance(value, bool) else str(value)
