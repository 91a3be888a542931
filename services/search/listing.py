"""Lists that are paged by number: their parameters, and the links onward (RFC 8288)."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.search.params import MAX_WINDOW, refusal


class Listing(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid")

    page: int = Field(1, ge=1, le=MAX_WINDOW)
    page_size: int = Field(50, ge=1, le=200)

    @model_validator(mode="after")
    def _window(self) -> "Listing":
        if self.page * self.page_size > MAX_WINDOW:
            raise refusal("page", f"pages go up to entry {MAX_WINDOW:,}")
        return self


def with_links(answer: dict[str, Any], params: Listing, request: Request, response: Response) -> dict[str, Any]:
    """The answer with `next` and `prev`, which also go into the Link header."""
    size, total = params.page_size, answer["total"]["value"]
    more = params.page * size < total and (params.page + 1) * size <= MAX_WINDOW
    links = {"next": params.page + 1 if more else None, "prev": params.page - 1 if params.page > 1 else None}
    shown = {rel: _address(request, number) if number else None for rel, number in links.items()}
    if any(shown.values()):
        response.headers["Link"] = ", ".join(f'<{to}>; rel="{rel}"' for rel, to in shown.items() if to)
    return {**answer, **shown}


def _address(request: Request, number: int) -> str:
    kept = [(n, v) for n, v in request.query_params.multi_items() if n != "page"]
    return f"{request.url.path}?{urlencode([*kept, ('page', number)])}"
