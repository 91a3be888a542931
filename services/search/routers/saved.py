"""/v1/saved-searches: searches under a name, and feeds of what is new in them."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.search import feeds
from services.search.examples import ARTICLE, SAVED, example, listed
from services.search.listing import Listing, with_links
from services.search.params import ARTICLE_FIELDS, FilterParams
from services.search.problems import Problem
from services.search.query import build_newest
from services.search.results import article_of
from services.search.saved import MOST, SavedSearch, TooMany, new_id, pairs, said
from services.search.state import Newsloom

router = APIRouter(tags=["saved searches"])
SavedId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="the saved search's id")]
ENTRIES = 50
FRESH_S = 60
FEED_FIELDS = tuple(name for name in ARTICLE_FIELDS if name not in ("body", "entities", "topics", "keyphrases"))
_MADE: dict[str, tuple[str, Callable[[feeds.Feed, Sequence[dict[str, Any]]], bytes]]] = {
    "rss": ("application/rss+xml", feeds.rss),
    "atom": ("application/atom+xml", feeds.atom),
    "json": ("application/feed+json", feeds.json_feed),
}
_ABOUT = feeds.Feed("Ports", "http://news.example/?q=quay", "http://news.example/v1/saved-searches/…", SAVED.updated_at)
_FED = {kind: {"example": make(_ABOUT, [ARTICLE]).decode()} for kind, make in _MADE.values()}


class Saving(BaseModel):
    """A search and its name."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Ports in Portugal", "search": {"q": "harbour", "language": ["pt"]}}]},
    )

    name: str = Field(min_length=1, max_length=200)
    search: FilterParams = Field(description="parameters as of GET /v1/search: q, from, to, and filters as lists")

    @field_validator("name")
    @classmethod
    def _is_text(cls, value: str) -> str:
        if not value.strip() or any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("give a name in characters that UTF-8 has")
        return value.strip()


def saved_of(saved: SavedSearch) -> dict[str, Any]:
    """The API's saved search."""
    own, query = f"/v1/saved-searches/{saved.id}", urlencode(pairs(saved.search))
    links = {"hits": f"/v1/search?{query}", "page": f"/?{query}", "stream": f"/v1/stream?{query}"}
    return {**saved.document(), "search": said(saved.search), **links, "feeds": {k: f"{own}/feed.{k}" for k in _MADE}}


@router.get(
    "/v1/saved-searches", summary="Saved searches", responses=example(listed("saved_searches", saved_of(SAVED)))
)
async def searches(
    params: Annotated[Listing, Query()], state: Newsloom, request: Request, response: Response
) -> dict[str, Any]:
    """By name."""
    total, found = await state.saved.page((params.page - 1) * params.page_size, params.page_size)
    shown = [saved_of(saved) for saved in found]
    return with_links({"total": {"value": total, "exact": True}, "saved_searches": shown}, params, request, response)


@router.post("/v1/saved-searches", status_code=201, summary="Save a search", responses=example(saved_of(SAVED), 201))
async def save(given: Saving, state: Newsloom, request: Request, response: Response) -> dict[str, Any]:
    """The answer names the feeds of what is new in it."""
    state.access.check_write(request)
    saved = await keep(state, given)
    response.headers["Location"] = f"/v1/saved-searches/{saved.id}"
    return saved_of(saved)


@router.get("/v1/saved-searches/{identity}", summary="One saved search", responses=example(saved_of(SAVED)))
async def one(identity: SavedId, state: Newsloom) -> dict[str, Any]:
    """Its parameters, and where its hits and feeds are."""
    return saved_of(await there(state, identity))


@router.put("/v1/saved-searches/{identity}", summary="Change a saved search", responses=example(saved_of(SAVED)))
async def change(identity: SavedId, given: Saving, state: Newsloom, request: Request) -> dict[str, Any]:
    """Its name and search become these; feeds keep their addresses."""
    state.access.check_write(request)
    old = await there(state, identity)
    now = datetime.now(UTC)
    build_newest(given.search, now, (), 1)
    saved = old.model_copy(update={"name": given.name, "search": given.search, "updated_at": now})
    await state.saved.replace(saved)
    return saved_of(saved)


@router.delete("/v1/saved-searches/{identity}", status_code=204, summary="Forget a saved search")
async def forget(identity: SavedId, state: Newsloom, request: Request) -> None:
    """Its feeds end with it, and its webhook."""
    state.access.check_write(request)
    await drop(state, identity)


@router.get(
    "/v1/saved-searches/{identity}/feed.{kind}",
    summary="New hits as a feed",
    response_class=Response,
    responses={200: {"content": _FED, "description": "the newest hits"}},
)
async def feed(identity: SavedId, kind: Literal["rss", "atom", "json"], state: Newsloom, request: Request) -> Response:
    """RSS 2.0, Atom or JSON Feed 1.1 of the 50 articles that were indexed last; a reader that asks again for what
    it has (ETag) gets 304."""
    saved = await there(state, identity)
    now = datetime.now(UTC)
    body = build_newest(saved.search, now, await state.provider.languages(), ENTRIES, FEED_FIELDS)
    hits = (await state.provider.search(body))["hits"]["hits"]
    articles = [article_of(hit["_source"], FEED_FIELDS) for hit in hits]
    updated = datetime.fromisoformat(articles[0]["indexed_at"]) if articles else saved.updated_at
    base = str(request.base_url).rstrip("/")
    told = feeds.Feed(saved.name, f"{base}/?{urlencode(pairs(saved.search))}", f"{base}{request.url.path}", updated)
    media_type, make = _MADE[kind]
    return _cached(request, make(told, articles), media_type)


def _cached(request: Request, content: bytes, media_type: str) -> Response:
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={FRESH_S}"}
    presented = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if etag in presented or "*" in presented:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


async def keep(state: Newsloom, given: Saving) -> SavedSearch:
    """Save a search that can be understood. Raises QueryError, ParameterError, Problem."""
    now = datetime.now(UTC)
    build_newest(given.search, now, (), 1)
    saved = SavedSearch(id=new_id(), name=given.name, search=given.search, created_at=now, updated_at=now)
    try:
        await state.saved.add(saved)
    except TooMany:
        raise Problem(409, f"there are {MOST:,} saved searches, the most there may be; delete some first") from None
    return saved


async def drop(state: Newsloom, identity: str) -> None:
    """Forget a saved search and its webhook. Raises Problem."""
    await state.webhooks.remove(identity)
    if not await state.saved.remove(identity):
        raise _missing(identity)


async def there(state: Newsloom, identity: str) -> SavedSearch:
    """That of this id. Raises Problem."""
    found = await state.saved.get(identity)
    if found is None:
        raise _missing(identity)
    return found


def _missing(identity: str) -> Problem:
    return Problem(404, f"no saved search {identity!r}; GET /v1/saved-searches lists them")
