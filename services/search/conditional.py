"""Conditional requests (RFC 9110, 13): an answer that the client has already is not sent again."""

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OF_CONTENT = ("content-length", "content-type", "content-encoding", "content-disposition")
"""What a 304 does not say, as its content is not there (RFC 9110, 15.4.5)."""


class Conditional:
    """Weak ETags for whole answers to GET, and 304 where the client names the one it has.

    Streams, errors, what says `no-store` and what has an ETag of its own pass as they are. What says nothing of caching
    gets `no-cache`: kept by the client, and asked for anew with its ETag.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        wanted = Headers(scope=scope).get("if-none-match", "")
        await self._app(scope, receive, _Answer(send, wanted).send)


class _Answer:
    """One answer on its way; its start waits until its content is known."""

    def __init__(self, send: Send, wanted: str) -> None:
        self._send, self._wanted = send, wanted
        self._start: Message | None = None
        self._content = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _eligible(message):
            self._start = message
            return
        if self._start is None:
            await self._send(message)
            return
        self._content += message.get("body", b"")  # a middleware before us may have cut it
        if not message.get("more_body"):
            start, self._start = self._start, None
            content = _tagged(start, self._content, self._wanted)
            await self._send(start)
            await self._send({"type": "http.response.body", "body": content})


def _eligible(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        start["status"] == 200
        and "content-length" in headers  # known as a whole
        and "etag" not in headers
        and "no-store" not in headers.get("cache-control", "")
    )


def _tagged(start: Message, content: bytes, wanted: str) -> bytes:
    """The content to send, with `start` made to fit: nothing and 304 where the client has it already."""
    headers = MutableHeaders(raw=start["headers"])
    tag = hashlib.sha256(content).hexdigest()[:32]
    headers["ETag"] = f'W/"{tag}"'
    headers.setdefault("Cache-Control", "no-cache")
    if not has(wanted, tag):
        return content
    start["status"] = 304
    for name in _OF_CONTENT:
        del headers[name]
    return b""


def has(wanted: str, tag: str) -> bool:
    """Whether an If-None-Match names the tag, compared weakly (RFC 9110, 8.8.3.2)."""
    named = {part.strip().removeprefix("W/").strip('"') for part in wanted.split(",")}
    return wanted.strip() == "*" or tag in named
