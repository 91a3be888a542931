"""GET /v1/suggest: what may be meant while it is being typed."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from services.search.provider import Provider
from services.search.state import Newsloom
from services.search.suggest import KINDS, Suggestion, Typed, build_entities, build_titles, read

router = APIRouter(tags=["search"])
_EXAMPLE = {
    "q": "lis",
    "typos": False,
    "suggestions": [
        {
            "kind": "entity",
            "text": "Lisbon",
            "highlight": "<mark>Lis</mark>bon",
            "id": "place:lisbon",
            "type": "place",
            "count": 17,
        },
        {"kind": "word", "text": "listed", "highlight": "<mark>lis</mark>ted"},
    ],
}


class SuggestParams(BaseModel):
    """Parameters of GET /v1/suggest."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(min_length=1, max_length=100, description="what has been typed so far")
    kind: list[Literal["entity", "word", "title"]] = Field([], description="only these kinds")
    size: int = Field(5, ge=1, le=20, description="at most so many of each kind")

    @field_validator("q")
    @classmethod
    def _has_words(cls, value: str) -> str:
        if not Typed(value).words:
            raise PydanticCustomError("no_words", "has neither letter nor digit")
        return value


@router.get(
    "/v1/suggest",
    summary="Completions of what is typed",
    responses={200: {"content": {"application/json": {"example": _EXAMPLE}}}},
)
async def suggest(params: Annotated[SuggestParams, Query()], state: Newsloom, response: Response) -> dict[str, Any]:
    """Entities with their number of articles, words, and titles that begin as typed, which `highlight` marks.

    Where nothing begins so, what is only alike is suggested, and `typos` is true.
    """
    kinds = list(params.kind or KINDS)
    typed = Typed(params.q)
    found = await _ask(state.provider, typed, kinds, params.size)
    if not found:
        typed = Typed(params.q, typos=True)
        found = await _ask(state.provider, typed, kinds, params.size)
    response.headers["Cache-Control"] = "private, max-age=60"
    return {"q": params.q, "typos": typed.typos and bool(found), "suggestions": found}


async def _ask(provider: Provider, typed: Typed, kinds: list[str], size: int) -> list[Suggestion]:
    titles, entities = await asyncio.gather(
        provider.search(build_titles(typed)), provider.search(build_entities(typed))
    )
    return read(typed, titles, entities, kinds, size)
