"""What the OpenAPI document says of errors: every operation may answer with a problem document (problems.py)."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from services.search.problems import CONTENT_TYPE

_REF = "#/components/schemas/Problem"
_SAID = {
    "parameter": {"type": "string", "description": "what is wrong; `body` for the whole of it"},
    "message": {"type": "string"},
    "value": {"type": "string", "description": "as it was sent, its beginning"},
    "allowed": {"type": "array", "items": {"type": "string"}},
    "position": {"type": "integer", "description": "of the query's character, from 0"},
}
PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "What is wrong, for programs and people: https://www.rfc-editor.org/rfc/rfc9457",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "the status in words"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "what is wrong here, and what to do"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "required": ["parameter", "message"], "properties": _SAID},
        },
        "reason": {"type": "string", "description": "of 410: why the article is gone"},
    },
}
_EXAMPLE = {
    "type": "about:blank",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "q: this ( has no ) (at character 5)",
    "errors": [{"parameter": "q", "message": "this ( has no )", "position": 5, "value": "port (lisbon"}],
}
ERRORS: Mapping[int | str, dict[str, Any]] = {
    "default": {
        "description": "an error; 429 and 503 say in `Retry-After` when to come back",
        "content": {CONTENT_TYPE: {"schema": {"$ref": _REF}, "example": _EXAMPLE}},
    }
}
"""`responses` of every operation."""


def install(app: FastAPI) -> None:
    """Have the document of `app` hold what ERRORS refers to."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        document["components"]["schemas"]["Problem"] = PROBLEM
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation has it
