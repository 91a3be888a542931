"""GET /v1/entities and /v1/entities/{id}."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.contracts.messages import EntityType
from services.search.discover import entity
from services.search.entities import MOST, build_list, list_of
from services.search.problems import Problem
from services.search.state import Newsloom

router = APIRouter(tags=["entities"])
_LISBON = {"id": "place:lisbon", "name": "Lisbon", "type": "place", "count": 17}
_LIST = {"entities": [_LISBON], "more": False}
_ONE = {
    **_LISBON,
    "country": "PT",
    "location": {"lat": 38.7251, "lon": -9.1498},
    "aliases": ["Lisboa"],
    "first_at": "2026-01-03T08:00:00.000Z",
    "last_at": "2026-11-22T08:00:00.000Z",
    "appears_with": [
        {"id": "place:porto", "name": "Porto", "type": "place", "together": 9, "count": 11, "score": 0.41}
    ],
    "among": [{"a": "person:ana-reis", "b": "place:porto", "together": 2}],
    "timeline": {"interval": "month", "buckets": [{"from": "2026-11-01T00:00:00.000Z", "count": 4}]},
    "articles": [{"id": "0" * 64, "title": "Harbour opens", "url": "https://news.example/1"}],
}


class EntitiesParams(BaseModel):
    """Parameters of GET /v1/entities."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field("", max_length=100, description="how words of the name begin")
    type: EntityType | None = Field(None, description="only entities of this kind")
    size: int = Field(50, ge=1, le=MOST)


@router.get(
    "/v1/entities",
    summary="Entities by name or type",
    responses={200: {"content": {"application/json": {"example": _LIST}}}},
)
async def listing(params: Annotated[EntitiesParams, Query()], state: Newsloom, response: Response) -> dict[str, Any]:
    """The most frequent entities with the number of articles that name each; `more` when `size` cut the list."""
    found = list_of(await state.provider.search(build_list(params.q, params.type)), params.q)
    response.headers["Cache-Control"] = "private, max-age=60"
    return {"entities": found[: params.size], "more": len(found) > params.size}


@router.get(
    "/v1/entities/{identity:path}",
    summary="One entity",
    responses={200: {"content": {"application/json": {"example": _ONE}}}},
)
async def read(
    identity: Annotated[str, Path(min_length=1, max_length=480, description="the entity's id, as place:lisbon")],
    state: Newsloom,
    response: Response,
    articles: Annotated[int, Query(ge=1, le=50)] = 10,
    beside: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    """When it was written of, its newest articles, other spellings, and what it appears with; of places that are known,
    the country (ISO 3166-1 alpha-2) and the middle, in degrees.

    `appears_with` has entities that these articles name more often than others do: `together` of the `count` articles
    that name it, most significant first; `among`, which two of these the entity's articles name together.
    """
    found = await entity(state.provider, identity, articles, beside, datetime.now(UTC))
    if found is None:
        raise Problem(404, f"no article names {identity[:200]!r}; GET /v1/entities?q=… finds entities by name")
    response.headers["Cache-Control"] = "private, max-age=60"
    return found
