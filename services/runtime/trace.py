"""Kafka headers that follow an article: W3C trace context (`traceparent`) and the source's id.

https://www.w3.org/TR/trace-context/#traceparent-header
"""

import re
import secrets
from collections.abc import Iterable

from services.contracts.messages import Message

Headers = list[tuple[str, bytes | None]]
"""Kafka headers as they are: names may repeat, values may be null."""
_TRACEPARENT = re.compile(rb"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")


def new_headers(message: Message) -> Headers:
    """Headers of a message that starts a journey."""
    traceparent = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01".encode()
    return _with_source([("traceparent", traceparent)], message)


def onward(headers: Iterable[tuple[str, bytes | None]], message: Message) -> Headers:
    """Headers of what follows from a message with `headers`: the same trace, a new span."""
    given = dict(headers)
    match = _TRACEPARENT.match(given.get("traceparent") or b"")
    if match is None:
        return new_headers(message)
    traceparent = b"00-" + match[1] + b"-" + secrets.token_hex(8).encode() + b"-" + match[3]
    return _with_source([("traceparent", traceparent)], message)


def without(headers: Iterable[tuple[str, bytes | None]], prefix: str) -> Headers:
    """The headers whose names do not begin with `prefix`."""
    return [(name, value) for name, value in headers if not name.startswith(prefix)]


def _with_source(headers: Headers, message: Message) -> Headers:
    source = getattr(message, "source", None)
    source_id = source if isinstance(source, str) else getattr(source, "id", None)
    return [*headers, ("source", source_id.encode())] if source_id else headers
