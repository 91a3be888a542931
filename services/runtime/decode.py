"""From the bytes of a Kafka message to a model, with errors that a person understands."""

import hashlib
import re

import orjson
from pydantic import ValidationError

from services.contracts.fates import BadInput, DeadReason
from services.contracts.messages import SCHEMA_VERSION, Message
from services.contracts.urls import article_id

_ID = re.compile(rb"[0-9a-f]{64}")


def decode(value: bytes, model: type[Message]) -> Message:
    """Parse and validate `value`. Raises BadInput with what is wrong and what was expected."""
    if not value:
        raise BadInput(DeadReason.BROKEN_MESSAGE, "the message is empty")
    try:
        data = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise BadInput(DeadReason.BROKEN_MESSAGE, f"not UTF-8 JSON: {error}") from None
    if not isinstance(data, dict):
        raise BadInput(DeadReason.BROKEN_MESSAGE, f"expected a JSON object, found {type(data).__name__}")
    schema = data.get("schema", SCHEMA_VERSION)
    if schema != SCHEMA_VERSION:
        raise BadInput(DeadReason.UNKNOWN_SCHEMA, f"schema {schema!r} is unknown; this version reads {SCHEMA_VERSION}")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise BadInput(DeadReason.BROKEN_MESSAGE, _explain(error)) from None


def page_id(key: bytes | None, value: bytes) -> tuple[str, str | None]:
    """Id and URL under which a message that did not validate can be looked up, always the same for the same bytes."""
    try:
        data = orjson.loads(value)
    except orjson.JSONDecodeError:
        data = None
    if isinstance(data, dict) and isinstance(data.get("url"), str) and data["url"].strip():
        return article_id(data["url"]), data["url"][:4096]
    if key and _ID.fullmatch(key):
        return key.decode(), None
    return hashlib.sha256(value).hexdigest(), None


def address_of(value: bytes) -> str:
    """The address that a message is about now: where it was redirected to, or its `url`; empty when it has none."""
    try:
        data = orjson.loads(value)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(data, dict):
        return ""
    via = data.get("via")
    found = via[-1] if isinstance(via, list) and via else data.get("url")
    return found if isinstance(found, str) else ""


def _explain(error: ValidationError) -> str:
    return "; ".join(_one(item["loc"], item["msg"], item.get("input")) for item in error.errors()[:5])


def _one(loc: tuple[int | str, ...], message: str, found: object) -> str:
    where = ".".join(str(part) for part in loc)
    text = message.removeprefix("Value error, ")
    if not where:
        return text
    shown = "" if isinstance(found, dict) else f" (found {repr(found)[:80]})"
    return f"{where}: {text}{shown}"
