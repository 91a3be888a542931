"""Errors as pages where a person asks; programs get problem documents."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from services.runtime.errors import Unavailable
from services.search.pages.render import message
from services.search.provider import Gone

Handler = Callable[[Request, Any], Awaitable[Response]]


def install(app: FastAPI) -> None:
    """Put pages before the handlers that `app` has."""
    for kind, page in ((Unavailable, _away), (Gone, _gone), (HTTPException, _missing)):
        app.add_exception_handler(kind, _for_people(page, cast(Handler, app.exception_handlers[kind])))


def _for_people(page: Callable[[Any], Response | None], otherwise: Handler) -> Handler:
    async def answer(request: Request, error: Exception) -> Response:
        asked = not request.url.path.startswith("/v1/") and "text/html" in request.headers.get("accept", "")
        return (page(error) if asked else None) or await otherwise(request, error)

    return answer


def _away(error: Unavailable) -> Response:
    return message(503, "Not now", f"{error}.")


def _gone(error: Gone) -> Response:
    return message(410, "This article is gone", "It was taken away and is kept here no more.")


def _missing(error: HTTPException) -> Response | None:
    return message(404, "No such page", "There is nothing at this address.") if error.status_code == 404 else None
