"""GET /v1/stream: server-sent events of articles that match, as they become searchable."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.runtime.errors import Unavailable
from services.search.live import Places, Reader, decode, event, reading
from services.search.middleware import IS_HEAD
from services.search.params import FilterParams
from services.search.problems import Problem
from services.search.query import build_among
from services.search.state import Newsloom, State
from services.search.visible import matching, visible

router = APIRouter(tags=["search"])
EVENT_STREAM = "text/event-stream"
HEARTBEAT_S = 15.0
COME_BACK_MS = 3_000
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # a proxy must not hold events back
_EXAMPLE = 'retry: 3000\n\nid: 0.17-1.4\nevent: article\ndata: {"id": "…", "title": "Harbour opens", …}\n\n'
log = structlog.get_logger()


@router.get(
    "/v1/stream",
    summary="New articles as they come",
    response_class=StreamingResponse,
    responses={200: {"content": {EVENT_STREAM: {"example": _EXAMPLE}}, "description": "server-sent events"}},
)
async def stream(
    params: Annotated[FilterParams, Query()],
    state: Newsloom,
    request: Request,
    last_event_id: Annotated[str | None, Header(max_length=4096, description="goes on after that event")] = None,
) -> Response:
    """Events named `article`, each an article as in a result list, from now on or after `Last-Event-ID`.

    Every article that becomes searchable and matches is told of at least once. A comment every 15 seconds shows that
    the stream lives. The gateway may end it at any time; a reader comes back with the last id and misses nothing
    (browsers' `EventSource` does so by itself).
    """
    build_among(params, datetime.now(UTC), (), [])  # what can not be understood is said before anything is sent
    places = decode(last_event_id) if last_event_id else None
    if last_event_id and places is None:
        raise Problem(422, "Last-Event-ID: not an id that this gateway gave; leave it out to start from now")
    if state.streams.full:
        raise Problem(503, "there are as many streams as this gateway serves; come back later", {"Retry-After": "30"})
    await state.publisher.check()
    if request.scope.get(IS_HEAD):
        return Response(media_type=EVENT_STREAM, headers=_HEADERS)
    return StreamingResponse(_events(state, params, places), media_type=EVENT_STREAM, headers=_HEADERS)


async def _events(state: State, params: FilterParams, places: Places | None) -> AsyncIterator[bytes]:
    state.streams.open += 1
    try:
        yield f"retry: {COME_BACK_MS}\n\n".encode()
        async with reading(state.settings, places) as reader:
            yield event(reader.places)
            async for one in _matching(state, params, reader):
                yield one
    except Unavailable as error:
        log.warning("a stream ended; its reader comes back", error=str(error))
    finally:
        state.streams.open -= 1


async def _matching(state: State, params: FilterParams, reader: Reader) -> AsyncIterator[bytes]:
    told = time.monotonic()
    while not state.streams.stopping:
        news = await reader.batch()
        found = {}
        if news:
            await visible(state.provider, {one.id: one.at for one in news}, lambda: state.streams.stopping)
            found = await matching(state.provider, params, [one.id for one in news])
        for one in news:
            if one.id in found:
                yield event(one.places, found[one.id])
                told = time.monotonic()
        if time.monotonic() - told > HEARTBEAT_S:
            yield event(reader.places)
            told = time.monotonic()
