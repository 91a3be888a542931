"""GET /v1/export: a whole result, streamed."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from services.search.export import TYPES, Exports, Reading, build_batch, columns, head, line
from services.search.middleware import IS_HEAD
from services.search.params import ExportParams
from services.search.problems import Problem
from services.search.state import Newsloom

router = APIRouter(tags=["search"])
_EXAMPLES: dict[str, Any] = {
    "application/x-ndjson": {"example": '{"id":"0a1b…","title":"Harbour opens","language":"en"}\n'},
    "text/csv": {"example": "id,title,language\r\n0a1b…,Harbour opens,en\r\n"},
}


@router.get(
    "/v1/export",
    summary="A whole result as NDJSON or CSV",
    response_class=StreamingResponse,
    responses={200: {"content": _EXAMPLES, "description": "one article a line"}},
)
async def export(params: Annotated[ExportParams, Query()], state: Newsloom, request: Request) -> Response:
    """All articles that match, in the order of their ids, as they are at the time of asking.

    An export that breaks off lacks the end that HTTP's chunks have, so that clients notice; ask again with `after` the
    last id that arrived. In CSV, lists are joined by `; `, and what a spreadsheet would take for a formula starts with
    an apostrophe.
    """
    fields = columns(params.fields)
    body = build_batch(params, datetime.now(UTC), await state.provider.languages(), fields)
    name = f'attachment; filename="newsloom.{params.format}"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    if request.scope.get(IS_HEAD):
        return Response(media_type=TYPES[params.format], headers=headers)
    reading = Reading(state.provider, body, params.limit)
    if not state.exports.take(reading):
        raise Problem(503, "there are as many exports as this gateway runs; come back later", {"Retry-After": "30"})
    try:
        first = await reading.batch()  # so that what goes wrong at once is answered as a problem
    except BaseException:
        await _end(reading, state.exports)
        raise
    lines = _lines(reading, first, params, fields)
    return _Streamed(lines, reading, state.exports, media_type=TYPES[params.format], headers=headers)


class _Streamed(StreamingResponse):
    """A stream whose reading ends with it, however that comes about."""

    def __init__(self, lines: AsyncIterator[bytes], reading: Reading, exports: Exports, **given: Any) -> None:
        super().__init__(lines, **given)
        self._reading, self._exports = reading, exports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await _end(self._reading, self._exports)


async def _end(reading: Reading, exports: Exports) -> None:
    exports.give_back(reading)
    with anyio.CancelScope(shield=True):  # also when the client went away
        await reading.close()


async def _lines(
    reading: Reading, found: list[dict[str, Any]], params: ExportParams, fields: Sequence[str]
) -> AsyncIterator[bytes]:
    if not params.after:
        yield head(params.format, fields)
    while found:
        yield b"".join(line(params.format, hit["_source"], fields) for hit in found)
        found = await reading.batch()
