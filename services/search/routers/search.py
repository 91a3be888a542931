"""GET /v1/search and GET /v1/timeline."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.search.find import timeline
from services.search.hybrid import find_by_mode
from services.search.params import SearchParams, TimelineParams
from services.search.state import Newsloom

router = APIRouter(tags=["search"])


@router.get("/v1/search", summary="Search articles")
async def search(
    params: Annotated[SearchParams, Query()], state: Newsloom, request: Request, response: Response
) -> dict[str, Any]:
    """Articles that match, best or newest first, with facets and highlights on request."""
    answer = await find_by_mode(
        state.provider, state.embedder, params, request.query_params.multi_items(), datetime.now(UTC)
    )
    links = [f'<{answer[rel]}>; rel="{rel}"' for rel in ("next", "prev") if answer[rel]]
    if links:
        response.headers["Link"] = ", ".join(links)
    return answer


@router.get("/v1/timeline", summary="Counts over time")
async def counts(params: Annotated[TimelineParams, Query()], state: Newsloom) -> dict[str, Any]:
    """How many matching articles each hour, day, week, month or year has, split by a facet on request."""
    return await timeline(state.provider, params, datetime.now(UTC))
