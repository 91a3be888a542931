"""The OpenAPI document as a plain list for the page at /docs. Pure."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Parameter:
    """One parameter of an endpoint."""

    name: str
    place: str
    kind: str
    about: str
    required: bool


@dataclass(frozen=True)
class Endpoint:
    """One method of one path."""

    method: str
    path: str
    title: str
    about: str
    parameters: list[Parameter]


def endpoints(document: dict[str, Any]) -> list[Endpoint]:
    """All endpoints, as the document orders them."""
    return [
        Endpoint(method.upper(), path, operation.get("summary", ""), operation.get("description", ""), _all(operation))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _all(operation: dict[str, Any]) -> list[Parameter]:
    return [
        Parameter(p["name"], p["in"], kind(p["schema"]), _about(p), p.get("required", False))
        for p in operation.get("parameters", [])
    ]


def _about(parameter: dict[str, Any]) -> str:
    text: str = parameter.get("description") or parameter["schema"].get("description", "")
    return text


def kind(schema: dict[str, Any]) -> str:
    """A schema in a word or two."""
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(k for part in schema["anyOf"] if (k := kind(part)) != "null")
    if schema.get("type") == "array":
        return f"{kind(schema.get('items', {}))}, repeatable"
    return str(schema.get("const", schema.get("type", "any")))
