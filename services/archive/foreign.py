"""A response that another archive recorded, as a page."""

import base64
from dataclasses import dataclass
from typing import Any

from warcio.bufferedreaders import BufferedReader

from services.contracts.messages import PageMessage
from services.contracts.urls import InvalidUrl, canonical_url

HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True)
class Passed:
    """Why a record gives no page; `broken` when it should have given one."""

    reason: str
    broken: bool = False


def page_of_response(record: Any, most: int) -> PageMessage | Passed:
    """The page of a response with status 200 that is HTML, at most `most` bytes; `WARC-Date` is when it was fetched."""
    http = record.http_headers
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if http is None:
        return Passed("a response without HTTP header", broken=url.startswith(("http:", "https:")))
    if http.get_statuscode() != "200":
        return Passed(f"status {http.get_statuscode()[:20]}")
    content_type = http.get_header("Content-Type") or ""
    if content_type.partition(";")[0].strip().lower() not in HTML:
        return Passed("not HTML")
    encoding = (http.get_header("Content-Encoding") or "").strip().lower()
    if encoding not in ("", "identity", *BufferedReader.get_supported_decompressors()):
        return Passed(f"content encoding {encoding[:20]}", broken=True)
    try:
        canonical_url(url)
    except InvalidUrl as error:
        return Passed(str(error), broken=True)
    body = _content(record, most)
    if len(body) > most:
        return Passed(f"more than {most:,} bytes")
    return PageMessage(
        url=url,
        body_base64=base64.b64encode(body).decode(),
        content_type=content_type,
        fetched_at=record.rec_headers.get_header("WARC-Date"),
    )


def _content(record: Any, most: int) -> bytes:
    """The body, decoded, and not much more than `most` bytes of it: `read` may give less than was asked for."""
    stream = record.content_stream()
    out = bytearray()
    while len(out) <= most and (piece := stream.read(64 * 1024)):
        out += piece
    return bytes(out)
