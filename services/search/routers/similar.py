"""GET /v1/articles/{id}/similar."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.search.discover import similar
from services.search.problems import Problem
from services.search.routers.articles import ArticleId
from services.search.state import Newsloom

router = APIRouter(tags=["articles"])
_EXAMPLE = {
    "id": "0" * 64,
    "articles": [{"id": "1" * 64, "title": "Harbour opens", "url": "https://news.example/2", "same_story": True}],
}


@router.get(
    "/v1/articles/{identity}/similar",
    summary="Articles like one",
    responses={200: {"content": {"application/json": {"example": _EXAMPLE}}}},
)
async def read(
    identity: ArticleId, state: Newsloom, response: Response, size: Annotated[int, Query(ge=1, le=50)] = 10
) -> dict[str, Any]:
    """Articles with the same words and entities, most alike first; those of the same story before all others."""
    found = await similar(state.provider, identity, size)
    if found is None:
        raise Problem(404, f"no article {identity}; GET /v1/journey?id={identity} tells what became of the page")
    response.headers["Cache-Control"] = "private, max-age=60"
    return {"id": identity, "articles": found}
