"""GET /v1/trending."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.search.discover import trending
from services.search.params import Values
from services.search.query import ParameterError
from services.search.state import Newsloom
from services.search.times import parse_time
from services.search.trending import Spans

router = APIRouter(tags=["entities"])
_SPAN = re.compile(r"(\d{1,4})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_EXAMPLE = {
    "window": {"from": "2026-11-15T08:00:00.000Z", "to": "2026-11-22T08:00:00.000Z", "articles": 120},
    "before": {"from": "2026-10-18T08:00:00.000Z", "to": "2026-11-15T08:00:00.000Z", "articles": 455},
    "trending": [
        {
            "kind": "entity",
            "id": "place:lisbon",
            "name": "Lisbon",
            "type": "place",
            "count": 17,
            "before": 4,
            "expected": 1.05,
            "score": 38.41,
        }
    ],
}


class TrendingParams(BaseModel):
    """Parameters of GET /v1/trending."""

    model_config = ConfigDict(extra="forbid")

    window: str = Field("7d", pattern=r"^\d{1,4}[hdw]$", description="the time that is looked at: 24h, 7d, 2w")
    against: str | None = Field(
        None, pattern=r"^\d{1,4}[hdw]$", description="the time before it that it is held against; else four windows"
    )
    until: str = Field("now", max_length=64, description="the end of the window, as `to` of a search")
    kind: list[Literal["entity", "topic", "story"]] = Field([], description="only these kinds")
    language: Values = Field([], description="ISO 639-1 codes")
    source: Values = Field([], description="source ids")
    least: int = Field(3, ge=2, le=1000, description="articles of the window that must have it")
    size: int = Field(20, ge=1, le=200)

    def spans(self, now: datetime) -> Spans:
        """The window and the time before it. Raises ParameterError."""
        window = _span("window", self.window)
        against = _span("against", self.against) if self.against else 4 * window
        try:
            return Spans.before(parse_time(self.until, now, end=True), window, against)
        except OverflowError:
            raise ParameterError("window", self.window, "begins before the calendar does") from None
        except ValueError as error:
            raise ParameterError("until", self.until, str(error)) from None


def _span(parameter: str, text: str) -> timedelta:
    found = _SPAN.fullmatch(text)
    span = int(found[1]) * _UNITS[found[2]] if found else timedelta()
    if not span:
        raise ParameterError(parameter, text, "must be longer than nothing")
    return span


@router.get(
    "/v1/trending",
    summary="What rises",
    responses={200: {"content": {"application/json": {"example": _EXAMPLE}}}},
)
async def read(params: Annotated[TrendingParams, Query()], state: Newsloom, response: Response) -> dict[str, Any]:
    """Entities, topics and stories with a larger share of the window's articles than of those before it.

    `count` of the window, `before` of the time before it, `expected` what the window would have had at the share of
    before; `score` is the log-likelihood ratio G². Less than `least` articles, and what chance would do once in a
    hundred times (score under 6.63), is left out.
    """
    filters = {"language": params.language, "source.id": params.source}
    spans = params.spans(datetime.now(UTC))
    found = await trending(state.provider, spans, filters, params.least)
    kept = [one for one in found["trending"] if not params.kind or one["kind"] in params.kind]
    response.headers["Cache-Control"] = "private, max-age=60"
    return {**found, "trending": kept[: params.size]}
