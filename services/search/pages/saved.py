"""The page of saved searches, and the form that saves one."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from services.search.pages.forms import Form, sent, words
from services.search.pages.render import render
from services.search.params import FilterParams
from services.search.problems import Problem
from services.search.qlang import QueryError
from services.search.query import ParameterError
from services.search.routers.saved import SavedId, Saving, drop, keep, saved_of, there
from services.search.routers.webhooks import attempt, place
from services.search.saved import MOST, pairs
from services.search.state import Newsloom, State
from services.search.webhooks import Webhook

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
LISTS = {name for name, field in FilterParams.model_fields.items() if "list" in str(field.annotation)}
NAMES = {field.alias or name for name, field in FilterParams.model_fields.items()}
_DONE = {
    "saved": "The search is saved.",
    "delete": "The saved search is gone, its feeds and its webhook with it.",
    "test": "A test is on its way; whether it arrived stands there in a moment.",
    "no-webhook": "The webhook is gone.",
}


@router.get("/saved")
async def saved(request: Request, state: Newsloom) -> HTMLResponse:
    """Every saved search with its feeds."""
    return await _page(request, state)


@router.post("/saved")
async def save(request: Request, state: Newsloom) -> Response:
    """Save the search that the form carries."""
    try:
        form = await sent(request, state)
        kept = await keep(state, Saving(name=form.get("name"), search=search_of(form)))
    except (Problem, ValidationError, QueryError, ParameterError) as error:
        return await _page(request, state, error)
    return RedirectResponse("/saved?" + urlencode({"done": "saved", "on": kept.id}), 303)


@router.post("/saved/{identity}")
async def act(identity: SavedId, request: Request, state: Newsloom) -> Response:
    """Forget one, or its webhook; set that, or try it."""
    try:
        form = await sent(request, state)
        do = form.get("do")
        if do == "webhook":  # shown at once: nobody sees the secret again
            made = await place(state, await there(state, identity), form.get("url"))
            return await _page(request, state, made=made)
        if do not in _DO:
            raise Problem(400, "the form says nothing that can be done")
        await _DO[do](state, identity)
    except (Problem, ParameterError) as error:
        return await _page(request, state, error)
    return RedirectResponse("/saved?" + urlencode({"done": do, "on": identity}), 303)


async def _test(state: State, identity: str) -> None:
    await attempt(state, await there(state, identity))


async def _no_webhook(state: State, identity: str) -> None:
    await state.webhooks.remove(identity)


_DO: dict[str, Callable[[State, str], Awaitable[None]]] = {"delete": drop, "test": _test, "no-webhook": _no_webhook}


def search_of(form: Form) -> FilterParams:
    """The search in a form's fields; others are of the form itself. Raises ValidationError. Pure."""
    values: dict[str, Any] = {}
    for name, value in form.pairs:
        if name in NAMES and value:
            values[name] = [*values.get(name, ()), value] if name in LISTS else value
    return FilterParams.model_validate(values)


async def _page(
    request: Request, state: State, error: Exception | None = None, made: Webhook | None = None
) -> HTMLResponse:
    _, found = await state.saved.page(0, MOST)
    webhooks = await state.webhooks.all()
    await state.keyring.fresh()
    status = (error.status if isinstance(error, Problem) else 422) if error else 200
    return render(
        "saved.html",
        status,
        searches=[{**saved_of(one), "said": pairs(one.search), "webhook": webhooks.get(one.id)} for one in found],
        made=made,
        webhooks=state.settings.webhooks,
        error=words(error) if error else None,
        done=_DONE.get(request.query_params.get("done", "")),
        on=made.search if made else request.query_params.get("on", ""),
        keyed=state.access.keyed,
    )
