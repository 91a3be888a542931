"""/v1/sources: which sites are followed, and how that goes.

The gateway itself fetches nothing: what only the net can tell (is this a feed? which feeds does this page name?) the
fetch service finds out at its next look, with all its guards, and writes it into the registry.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.contracts.sources import SourceRecord, source_id
from services.contracts.urls import InvalidUrl
from services.runtime.errors import UsageError
from services.runtime.sources.opml import write_opml
from services.search.examples import FOLLOWED, OPML_DONE, SOURCE, example, listed
from services.search.follow import Followed, follow, import_opml
from services.search.listing import Listing, with_links
from services.search.params import refusal
from services.search.problems import Problem
from services.search.sources import Health, build_sources, new_source
from services.search.state import Newsloom
from services.search.watch import watched

router = APIRouter(tags=["sources"])
SourceId = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,80}$", description="the source's id")]
Address = Annotated[str, Field(min_length=1, max_length=4096)]
Addresses = Annotated[list[Address], Field(max_length=50)]
Tags = Annotated[list[Annotated[str, Field(min_length=1, max_length=60)]], Field(max_length=50)]
OPML = "text/x-opml"
MAX_OPML_BYTES = 5 * 1024 * 1024
_OPML = write_opml([FOLLOWED], datetime(2026, 11, 22, 8, tzinfo=UTC)).decode()
_EXAMPLE: dict[str, Any] = {
    "name": "Harbour News",
    "feeds": ["https://news.example/feed.xml"],
    "language": "en",
    "tags": ["ports"],
}


class SourceChange(BaseModel):
    """What people set of a source. In a change, what is absent stays and `null` goes back to the default."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    name: str | None = Field(None, max_length=300, description="what to call it; default: the feed's own title")
    home: Address | None = Field(None, description="its page for people; feeds are looked for there if none is given")
    feeds: Addresses | None = Field(None, description="RSS, Atom or JSON feeds")
    sitemaps: Addresses | None = Field(None, description="sitemaps or their indices")
    language: str | None = Field(None, pattern=r"^[A-Za-z]{2,3}$", description="ISO 639-1, where pages do not say")
    country: str | None = Field(None, pattern=r"^[A-Za-z]{2}$", description="ISO 3166-1 alpha-2")
    tags: Tags | None = None
    enabled: bool | None = Field(None, description="whether it is polled")
    interval_s: float | None = Field(None, ge=1, le=31_536_000, description="seconds between two polls")
    retention_days: int | None = Field(None, ge=0, le=36_500, description="days its articles are kept, 0 for ever")
    delay_s: float | None = Field(None, ge=0, le=3600, description="least seconds between two requests to its host")
    full_text: bool | None = Field(None, description="its feeds carry whole articles: fetch no pages")

    @field_validator("name", "home", "feeds", "sitemaps", "tags")
    @classmethod
    def _well_formed(cls, value: Any, info: Any) -> Any:
        texts = value if isinstance(value, list) else [value]
        for text in filter(None, texts):
            if any("\ud800" <= character <= "\udfff" for character in text):
                raise ValueError("has half characters (lone surrogates), which UTF-8 does not know")
            if info.field_name in ("home", "feeds", "sitemaps"):
                _checked(text)
        return value


class NewSource(SourceChange):
    """A source to follow: `url` alone, whatever is there, or `feeds` and `sitemaps`."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"url": "https://news.example/"}, _EXAMPLE]}
    )

    url: Address | None = Field(None, description="a page, feed or sitemap; fetch finds out which")

    @field_validator("url")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        return _checked(value) if value else value

    @model_validator(mode="after")
    def _something(self) -> "NewSource":
        if not (self.url or self.feeds or self.sitemaps):
            raise refusal("url", "give url, or feeds, or sitemaps")
        return self


def _checked(url: str) -> str:
    try:
        source_id(url)
    except InvalidUrl as error:
        raise ValueError(str(error)) from None
    return url


class SourcesParams(Listing):
    """Which sources."""

    q: str = Field("", max_length=200, description="part of the name, id, or a feed's address")
    health: Health | None = None
    tag: str | None = Field(None, max_length=60)


@router.get("/v1/sources", summary="Sources and their health", responses=example(listed("sources", SOURCE)))
async def sources(
    params: Annotated[SourcesParams, Query()], state: Newsloom, request: Request, response: Response
) -> dict[str, Any]:
    """Sources by name: what was set, how polling goes, and their articles in all and each of the last 14 days."""
    body = build_sources(params.q, params.health, params.tag, params.page, params.page_size)
    total, found = await state.registry.search(body)
    shown = await watched(state, found, datetime.now(UTC))
    return with_links({"total": {"value": total, "exact": True}, "sources": shown}, params, request, response)


@router.get(
    "/v1/sources.opml",
    summary="All feeds as OPML",
    response_class=Response,
    responses={200: {"content": {OPML: {"schema": {"type": "string"}, "example": _OPML}}, "description": "OPML 2.0"}},
)
async def opml(state: Newsloom) -> Response:
    """The list of subscriptions as feed readers exchange it."""
    data = write_opml(await state.registry.all(), datetime.now(UTC))
    disposition = {"Content-Disposition": 'attachment; filename="newsloom.opml"'}
    return Response(data, media_type=OPML, headers=disposition)


@router.post(
    "/v1/sources.opml",
    summary="Follow every feed of an OPML file",
    responses=example(OPML_DONE),
    openapi_extra={"requestBody": {"required": True, "content": {OPML: {"schema": {"type": "string"}}}}},
)
async def load_opml(state: Newsloom, request: Request) -> dict[str, Any]:
    """The body is the file. What is followed already is brought up to date; the answer counts, and names refusals."""
    state.access.check_write(request)
    data = await request.body()
    if len(data) > MAX_OPML_BYTES:
        raise Problem(413, f"the file has {len(data):,} bytes; at most {MAX_OPML_BYTES:,} are taken")
    try:
        return await import_opml(state.registry, data, datetime.now(UTC))
    except UsageError as error:
        raise Problem(422, str(error), errors=[{"parameter": "body", "message": str(error)}]) from None


@router.post("/v1/sources", status_code=201, summary="Follow a source", responses=example(SOURCE, 201))
async def add(given: NewSource, state: Newsloom, request: Request, response: Response) -> dict[str, Any]:
    """Follow a site. With `url` alone, fetch looks within seconds what is there; `health` then says what it found."""
    state.access.check_write(request)
    now = datetime.now(UTC)
    outcome, source = await follow(state.registry, new_source(given.model_dump(exclude_none=True), now))
    where = f"/v1/sources/{source.id}"
    if outcome is Followed.ALREADY:
        raise Problem(409, f"that is followed already, as {source.name!r}: {where}", {"Location": where}, id=source.id)
    response.headers["Location"] = where
    return (await watched(state, [source], now))[0]


@router.get("/v1/sources/{identity}", summary="One source", responses=example(SOURCE))
async def source(identity: SourceId, state: Newsloom) -> dict[str, Any]:
    """What was set, how polling goes, and its articles."""
    return (await watched(state, [await _there(state, identity)], datetime.now(UTC)))[0]


@router.patch("/v1/sources/{identity}", summary="Change a source", responses=example(SOURCE))
async def change(identity: SourceId, given: SourceChange, state: Newsloom, request: Request) -> dict[str, Any]:
    """Set what is named (RFC 7396: `null` removes); it is polled soon after."""
    state.access.check_write(request)
    old = await _there(state, identity)
    changes = _reset(given.model_dump(exclude_unset=True), old)
    changed = SourceRecord.model_validate({**old.model_dump(), **changes})
    if not changed.lists and not changed.home:
        raise Problem(422, "feeds: a source needs a feed, a sitemap, or a home page to look for them on")
    if not await state.registry.change(identity, changes):
        raise _missing(identity)
    return (await watched(state, [changed], datetime.now(UTC)))[0]


@router.post(
    "/v1/sources/{identity}/poll",
    status_code=202,
    summary="Poll a source now",
    responses=example({"id": SOURCE["id"], "source": f"/v1/sources/{SOURCE['id']}"}, 202),
)
async def poll(identity: SourceId, state: Newsloom, request: Request) -> dict[str, str]:
    """Have fetch look at it within seconds instead of at its time; `health` then says how it went."""
    state.access.check_write(request)
    if not await state.registry.poll_now(identity):
        raise _missing(identity)
    return {"id": identity, "source": f"/v1/sources/{identity}"}


@router.delete("/v1/sources/{identity}", status_code=204, summary="Follow a source no more")
async def remove(identity: SourceId, state: Newsloom, request: Request) -> None:
    """Its articles stay."""
    state.access.check_write(request)
    if not await state.registry.remove(identity):
        raise _missing(identity)


async def _there(state: Newsloom, identity: str) -> SourceRecord:
    found = await state.registry.get(identity)
    if found is None:
        raise _missing(identity)
    return found


def _reset(changes: dict[str, Any], old: SourceRecord) -> dict[str, Any]:
    """The changes with defaults for `null`."""
    lists: dict[str, Any] = dict.fromkeys(("feeds", "sitemaps", "tags"), ())
    defaults = {**lists, "name": old.name, "enabled": True, "full_text": False}
    return {name: defaults.get(name) if value is None else value for name, value in changes.items()}


def _missing(identity: str) -> Problem:
    return Problem(404, f"no source {identity!r}; GET /v1/sources lists them")
