"""Errors of the API as RFC 9457 problem documents: what is wrong, with which parameter, and what is allowed."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from services.runtime.errors import Unavailable
from services.runtime.publisher import MessageTooLarge
from services.search.provider import Gone
from services.search.qlang import QueryError
from services.search.query import ParameterError

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_S = "5"
REQUEST_ID = "newsloom.request_id"
"""In the scope of a request: what its answer says in X-Request-Id."""
PATTERNS = {
    "^[0-9a-f]{64}$": "must be an id of 64 digits, 0 to 9 and a to f",
    "^([0-9a-f]{64})?$": "must be an id of 64 digits, 0 to 9 and a to f",
    "^[0-9a-f]{16}$": "must be an id of 16 digits, 0 to 9 and a to f",
    "^[a-z0-9-]{1,80}$": "must be small letters a to z, digits and hyphens, at most 80",
    "^[A-Za-z]{2,3}$": "must be a code of two or three letters, such as en",
    "^[A-Za-z]{2}$": "must be a code of two letters, such as DE",
    r"^\d{1,4}[hdw]$": "must be a number with h, d or w behind it, such as 24h, 7d or 2w",
}
"""What the patterns of our parameters ask for, in words."""
log = structlog.get_logger()


class Problem(Exception):
    """An answer that is an error; becomes a problem document."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.extra = status, detail, headers, extra


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None, **extra: Any) -> JSONResponse:
    """A problem response."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **extra}
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=CONTENT_TYPE)


def install(app: FastAPI) -> None:
    """Have every error of `app` answered as a problem document."""
    app.add_exception_handler(Problem, _problem)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _invalid)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http)  # type: ignore[arg-type]
    app.add_exception_handler(QueryError, _query)  # type: ignore[arg-type]
    app.add_exception_handler(ParameterError, _parameter)  # type: ignore[arg-type]
    app.add_exception_handler(Gone, _gone)  # type: ignore[arg-type]
    app.add_exception_handler(Unavailable, _unavailable)  # type: ignore[arg-type]
    app.add_exception_handler(MessageTooLarge, _too_large)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, bug)


async def _problem(_: Request, error: Problem) -> JSONResponse:
    return problem(error.status, error.detail, error.headers, **error.extra)


async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    errors = [_one(request, item) for item in error.errors()]
    detail = "; ".join(f"{e['parameter']}: {e['message']}" for e in errors)
    return problem(422, detail, errors=errors)


def _one(request: Request, item: dict[str, Any]) -> dict[str, Any]:
    names = [str(part) for part in item["loc"] if part not in ("query", "body", "path")]
    name = names[0] if names else ("body" if "body" in item["loc"] else "query")
    context = item.get("ctx", {})
    message = item["msg"].removeprefix("Value error, ")
    found: dict[str, Any] = {"parameter": context.get("parameter", name), "message": message}
    if item["type"] == "extra_forbidden":
        known = known_parameters(request, body=item["loc"][0] == "body")
        found |= {"message": f"there is no such parameter; allowed: {', '.join(known)}", "allowed": known}
    elif item["type"] == "json_invalid":  # its place is a character of the body, not a field
        found |= {"parameter": "body", "message": f"is no JSON: {context['error']} (at character {item['loc'][-1]})"}
        return found
    elif item["type"] == "string_pattern_mismatch":
        found["message"] = PATTERNS.get(context["pattern"], message)
    elif item["type"] == "literal_error":
        found["allowed"] = re.findall(r"'([^']*)'", context["expected"])
    elif "allowed" in context:
        found["allowed"] = context["allowed"]
    value = item.get("input")
    if isinstance(value, str | int | float | bool):
        found["value"] = _shown(str(value))
    return found


def _shown(value: str) -> str:
    """What a client sent, short, and in characters that UTF-8 has (JSON's escapes can name half ones)."""
    return value[:200].encode("utf-8", "replace").decode()


def known_parameters(request: Request, *, body: bool = False) -> list[str]:
    """Names of the query parameters, or of the body's fields, that the route of this request takes."""
    route = request.scope.get("route")
    dependant = getattr(route, "dependant", None)
    names: list[str] = []
    for parameter in getattr(dependant, "body_params" if body else "query_params", []):
        fields = getattr(parameter.field_info.annotation, "model_fields", None)
        names += [f.alias or n for n, f in fields.items()] if fields else [parameter.alias]
    described = {} if body else getattr(route, "openapi_extra", None) or {}  # of query_model.py
    return names + [parameter["name"] for parameter in described.get("parameters", [])]


async def _http(request: Request, error: HTTPException) -> JSONResponse:
    detail = str(error.detail)
    if detail == HTTPStatus(error.status_code).phrase:  # Starlette's own, which says nothing more
        path, allowed = _shown(request.scope["path"]), (error.headers or {}).get("Allow", "")
        detail = {
            404: f"there is nothing at {path}; /docs and /openapi.json say what there is",
            405: f"{path} does not take {request.method[:20]}; it takes {allowed}",
        }.get(error.status_code, detail)
    return problem(error.status_code, detail, error.headers)


async def _query(request: Request, error: QueryError) -> JSONResponse:
    detail = f"q: {error.message} (at character {error.position})"
    item = {"parameter": "q", "message": error.message, "position": error.position}
    return problem(422, detail, errors=[{**item, "value": _shown(request.query_params.get("q", ""))}])


async def _parameter(_: Request, error: ParameterError) -> JSONResponse:
    item = {"parameter": error.parameter, "value": _shown(error.value), "message": error.message}
    return problem(422, f"{error.parameter}: {error.message}", errors=[item])


async def _gone(_: Request, error: Gone) -> JSONResponse:
    return problem(410, str(error), reason=error.reason)


async def _unavailable(_: Request, error: Unavailable) -> JSONResponse:
    return problem(503, str(error), {"Retry-After": RETRY_AFTER_S})


async def _too_large(_: Request, error: MessageTooLarge) -> JSONResponse:
    return problem(413, str(error))


async def bug(request: Request, error: Exception) -> JSONResponse:
    """The answer to what nobody thought of; what it was goes to the log."""
    names = {"request_id": request.scope.get(REQUEST_ID), "traceparent": request.headers.get("traceparent")}
    log.exception("request failed", path=request.url.path, **names, exc_info=error)
    return problem(500, "that is a bug of ours; it has been logged")
