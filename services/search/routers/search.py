"""GET /v1/search and GET /v1/timeline."""

from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from services.search.examples import FOUND, TIMELINE, example
from services.search.find import timeline
from services.search.hybrid import find_by_mode
from services.search.params import SearchParams, TimelineParams
from services.search.query_model import documented, reader
from services.search.state import Newsloom

router = APIRouter(tags=["search"])


@router.get(
    "/v1/search",
    summary="Search articles",
    response_model=dict[str, Any],
    openapi_extra=documented(SearchParams),
    responses=example(FOUND),
)
async def search(
    params: Annotated[SearchParams, Depends(reader(SearchParams))], state: Newsloom, request: Request
) -> Response:
    """Articles that match, best or newest first, with facets and highlights on request."""
    given = request.query_params.multi_items()
    answer = await find_by_mode(state.provider, state.embedder, params, given, datetime.now(UTC))
    links = [f'<{answer[rel]}>; rel="{rel}"' for rel in ("next", "prev") if answer[rel]]
    headers = {"Link": ", ".join(links)} if links else {}
    # Not left to FastAPI, which would check each value of what Elasticsearch just gave us before it writes them.
    return Response(orjson.dumps(answer), media_type="application/json", headers=headers)


@router.get(
    "/v1/timeline",
    summary="Counts over time",
    openapi_extra=documented(TimelineParams),
    responses=example(TIMELINE),
)
async def counts(params: Annotated[TimelineParams, Depends(reader(TimelineParams))], state: Newsloom) -> dict[str, Any]:
    """How many matching articles each hour, day, week, month or year has, split by a facet on request."""
    return await timeline(state.provider, params, datetime.now(UTC))
