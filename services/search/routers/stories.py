"""GET /v1/stories and /v1/stories/{id}."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from services.search.discover import story, told
from services.search.params import FilterParams
from services.search.problems import Problem
from services.search.state import Newsloom
from services.search.stories import Order

router = APIRouter(tags=["stories"])
_FERRY = {
    "id": "0" * 64,
    "headline": "Ferry runs aground off Paros",
    "language": "en",
    "count": 7,
    "first_at": "2026-11-21T06:10:00.000Z",
    "last_at": "2026-11-22T08:00:00.000Z",
}
_LIST = {"stories": [{**_FERRY, "sources": 4}]}
_ONE = {
    **_FERRY,
    "languages": [{"value": "en", "count": 7}],
    "sources": [{"id": "harbour-news", "name": "Harbour News", "count": 3, "first_at": "2026-11-21T06:10:00.000Z"}],
    "entities": [{"id": "place:paros", "name": "Paros", "type": "place", "count": 7}],
    "articles": [{"id": "0" * 64, "title": "Ferry runs aground off Paros", "url": "https://news.example/1"}],
    "timeline": {"interval": "hour", "buckets": [{"from": "2026-11-21T06:00:00.000Z", "count": 1}]},
}


class StoriesParams(FilterParams):
    """Parameters of GET /v1/stories: what its articles must be, and which stories of those."""

    sort: Order = Field("size", description="size: those with most articles first; newest: those told last")
    least: int = Field(2, ge=1, le=1000, description="articles that a story must have")
    size: int = Field(20, ge=1, le=200)


@router.get(
    "/v1/stories",
    summary="Stories",
    responses={200: {"content": {"application/json": {"example": _LIST}}}},
)
async def listing(params: Annotated[StoriesParams, Query()], state: Newsloom, response: Response) -> dict[str, Any]:
    """Groups of articles that tell the same story, of the articles that match.

    `headline` and `language` are of the earliest of these; `count`, `sources`, `first_at` and `last_at` are of these
    alone.
    """
    found = await told(state.provider, params, params.size, params.least, params.sort, datetime.now(UTC))
    response.headers["Cache-Control"] = "private, max-age=60"
    return {"stories": found}


@router.get(
    "/v1/stories/{identity}",
    summary="One story",
    responses={200: {"content": {"application/json": {"example": _ONE}}}},
)
async def read(
    identity: Annotated[str, Path(min_length=1, max_length=512, description="a story's id, or that of any article")],
    state: Newsloom,
    response: Response,
    articles: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """How it spread: its articles and sources in the order in which they told it, and whom and what they name.

    A story's id is that of its earliest article and changes when an earlier one comes; the id of any of its articles,
    and so any id that it ever had, leads to it.
    """
    found = await story(state.provider, identity, articles, datetime.now(UTC))
    if found is None:
        raise Problem(404, f"no article tells the story {identity[:100]!r}; GET /v1/stories lists stories")
    response.headers["Cache-Control"] = "private, max-age=60"
    return found
