"""The page of the sources: their health at a glance, and forms that change what is followed."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from services.runtime.errors import UsageError
from services.search.follow import Followed, follow, import_opml
from services.search.pages.forms import Form, sent, words
from services.search.pages.render import render
from services.search.pages.spark import spark
from services.search.problems import Problem
from services.search.routers.sources import MAX_OPML_BYTES, NewSource, SourceId, SourcesParams
from services.search.sources import build_sources, new_source
from services.search.state import Newsloom, State
from services.search.watch import watched

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
SHOWN_REFUSED = 50
_DONE = {
    "added": "The source is followed; within seconds its health tells what was found there.",
    "already": "That is followed already; here it is.",
    "imported": "The file was read.",
    "on": "The source is polled again.",
    "off": "The source is polled no more; its articles stay.",
    "poll": "The source is polled within seconds.",
    "delete": "The source is followed no more; its articles stay.",
}


@router.get("/sources")
async def sources(request: Request, state: Newsloom) -> HTMLResponse:
    """Every source with its health."""
    return await _page(request, state)


@router.post("/sources")
async def add(request: Request, state: Newsloom) -> Response:
    """Follow what is at an address."""
    form = Form([], {})
    try:
        form = await sent(request, state)
        given = NewSource(url=form.get("url") or None, name=form.get("name") or None)
        outcome, source = await follow(
            state.registry, new_source(given.model_dump(exclude_none=True), datetime.now(UTC))
        )
    except (Problem, ValidationError) as error:
        return await _page(request, state, error=error, typed=form)
    done = "added" if outcome is Followed.ADDED else "already"
    return _back(done=done, q=source.id)


@router.post("/sources/opml")
async def opml(request: Request, state: Newsloom) -> Response:
    """Follow the feeds of a file."""
    try:
        data = (await sent(request, state)).files.get("file", b"")
        if not data or len(data) > MAX_OPML_BYTES:
            raise Problem(422, f"choose an OPML file of at most {MAX_OPML_BYTES:,} bytes")
        made = await import_opml(state.registry, data, datetime.now(UTC))
    except (Problem, UsageError) as error:
        return await _page(request, state, error=error)
    if made[
        "refused"
    ]:  # with the reasons, which no address of a page could carry; sent again, the file changes nothing
        return await _page(request, state, made=made)
    return _back(done="imported", **_counts(made))


def _counts(made: dict[str, Any]) -> dict[str, int]:
    named = {name: made[name] for name in ("added", "merged", "unchanged", "duplicates")}
    return {**named, "refused": len(made["refused"])}


@router.post("/sources/{identity}")
async def act(identity: SourceId, request: Request, state: Newsloom) -> Response:
    """Switch one on or off, poll it now, or follow it no more."""
    try:
        do = (await sent(request, state)).get("do")
        if not await _done(state, identity, do):
            raise Problem(404, "there is no such source any more")
    except Problem as error:
        return await _page(request, state, error=error)
    return _back(done=do, q="" if do == "delete" else identity)


async def _done(state: State, identity: str, do: str) -> bool:
    registry = state.registry
    match do:
        case "on" | "off":
            return await registry.change(identity, {"enabled": do == "on"})
        case "poll":
            return await registry.poll_now(identity)
        case "delete":
            return await registry.remove(identity)
    raise Problem(422, f"a source can not be told to {do[:40]!r}")


def _back(**query: Any) -> Response:
    """See what became of it; a reload asks for the list and sends nothing again."""
    return RedirectResponse("/sources?" + urlencode({name: value for name, value in query.items() if value != ""}), 303)


async def _page(
    request: Request,
    state: State,
    error: Exception | None = None,
    typed: Form | None = None,
    made: dict[str, Any] | None = None,
) -> HTMLResponse:
    asked = {n: v for n, v in request.query_params.items() if n in SourcesParams.model_fields and v}
    try:
        params = SourcesParams.model_validate(asked)
    except ValidationError as wrong:
        params, error = SourcesParams(), error or wrong
    total, found = await state.registry.search(
        build_sources(params.q, params.health, params.tag, params.page, params.page_size)
    )
    shown = await watched(state, found, datetime.now(UTC))
    await state.keyring.fresh()
    counts = _counts(made) if made else request.query_params
    status = (error.status if isinstance(error, Problem) else 422) if error else 200
    return render(
        "sources.html",
        status,
        sources=[{**one, "spark": spark(one["articles"]["days"])} for one in shown],
        total=total,
        params=params,
        pages=_pages(params, total),
        error=words(error) if error else None,
        done=_DONE.get("imported" if made else request.query_params.get("done", "")),
        counts=[(n, str(counts[n])[:9]) for n in ("added", "merged", "duplicates", "refused") if n in counts],
        refused=made["refused"][:SHOWN_REFUSED] if made else [],
        typed={name: typed.get(name) if typed else "" for name in ("url", "name")},
        keyed=state.access.keyed,
    )


def _pages(params: SourcesParams, total: int) -> dict[str, str | None]:
    kept = params.model_dump(exclude_defaults=True, exclude={"page"})

    def at(number: int) -> str:
        return "/sources?" + urlencode({**kept, "page": number})

    more = params.page * params.page_size < total
    return {"prev": at(params.page - 1) if params.page > 1 else None, "next": at(params.page + 1) if more else None}
