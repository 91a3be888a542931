"""GET /v1/journey: what became of a page, and why."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.contracts.urls import article_id
from services.search.examples import JOURNEY, example
from services.search.journeys import UNKNOWN, journey_of
from services.search.params import refusal
from services.search.problems import Problem
from services.search.state import Newsloom

router = APIRouter(tags=["journey"])


class JourneyParams(BaseModel):
    """Which page: by URL or by id."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = Field(None, min_length=1, max_length=4096)
    id: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")

    @model_validator(mode="after")
    def _one(self) -> "JourneyParams":
        if (self.url is None) == (self.id is None):
            raise refusal("url", "give either url or id")
        return self

    @property
    def identity(self) -> str:
        """The page's id."""
        return self.id or article_id(self.url or "")


@router.get("/v1/journey", summary="What became of a page", responses=example(JOURNEY))
async def journey(params: Annotated[JourneyParams, Query()], state: Newsloom) -> dict[str, Any]:
    """Each stage that the page passed, when, and its fate with the reason."""
    found = await state.provider.journey(params.identity)
    if found is None:
        raise Problem(404, UNKNOWN, id=params.identity)
    return journey_of(found)
