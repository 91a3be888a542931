"""A page as WARC records and back: pure functions.

WARC/1.1 is ISO 28500:2017, https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/.
A page is two records, each a gzip member of its own:

1. `metadata`, in JSON: every field of the message but its body; `WARC-Refers-To` names the second.
2. The body. Bytes as served are a `response` under an HTTP header, which any WARC tool shows; text that somebody
   decoded before us is a `resource`.

The metadata comes first, so that a file that ends in the middle of a page never holds a page without its fields.
Ids follow from the content: the same page archived twice has the same ids.
"""

import base64
import binascii
import hashlib
import re
import uuid
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import quote

import orjson
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from services.contracts.messages import BODIES, PageMessage
from services.contracts.stamps import stamp
from services.contracts.urls import article_id

PAGE_TYPE = "application/vnd.newsloom.page+json"
_LEVEL = 6  # nine takes three times as long for 1 % less
_URI_SAFE = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True)
class Body:
    """A page's body as it stands in a record. `form` says how to make a message's field of it again."""

    form: str
    data: bytes
    content_type: str | None


def to_warc(page: PageMessage) -> bytes:
    """The page as two gzip members. `fetched_at` must be known."""
    body = _body(page)
    fields = page.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=set(BODIES))
    about = orjson.dumps({"form": body.form, "page": fields})
    uri = quote(page.url, safe=_URI_SAFE)
    common = {"WARC-Target-URI": uri, "WARC-Date": stamp(_fetched(page), "microseconds")}
    name = f"{article_id(page.url)} {common['WARC-Date']} {hashlib.sha256(about + body.data).hexdigest()}"
    own, its = (f"<{uuid.uuid5(uuid.NAMESPACE_URL, n).urn}>" for n in (name, f"{name} fields"))
    headers = {"WARC-Record-ID": its, "WARC-Refers-To": own, **common}
    metadata = _record("metadata", about, PAGE_TYPE, headers)
    headers = {"WARC-Record-ID": own, **common}
    if body.form == "bytes" and uri.startswith(("http://", "https://")):  # whose records have HTTP headers
        return metadata + _response(body, headers)
    return metadata + _record("resource", body.data, body.content_type or "application/octet-stream", headers)


def from_warc(about: bytes, data: bytes) -> PageMessage:
    """The page of a metadata record's content and a body. Raises ValueError."""
    found = orjson.loads(about)
    if not isinstance(found, dict) or not isinstance(found.get("page"), dict):
        raise ValueError("the metadata record holds no page")
    return PageMessage.model_validate({**found["page"], **_field(found.get("form"), data)})


def warcinfo(name: str, fields: dict[str, str]) -> bytes:
    """The first record of a file called `name`."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=False, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record(name, fields))
    return _member(out.getvalue())


def _body(page: PageMessage) -> Body:
    if page.html is not None:
        return Body("html", page.html.encode(), "text/html; charset=utf-8")
    if page.text is not None:
        return Body("text", page.text.encode(), "text/plain; charset=utf-8")
    given = page.body_base64 or ""
    try:
        data = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if base64.b64encode(data).decode() != given:  # broken, or written in another way: kept to the letter
        return Body("base64", given.encode(), "text/plain; charset=utf-8")
    # What the header says may hold anything; to the letter it is in the metadata.
    return Body("bytes", data, re.sub(r"[^\x21-\x7e]+", " ", page.content_type or "").strip() or None)


def _field(form: Any, data: bytes) -> dict[str, str]:
    match form:
        case "html" | "text":
            return {form: data.decode()}
        case "base64":
            return {"body_base64": data.decode()}
        case "bytes":
            return {"body_base64": base64.b64encode(data).decode()}
    raise ValueError(f"a body of the form {form!r} is unknown to this release")


def _response(body: Body, headers: dict[str, str]) -> bytes:
    http = [("Content-Type", body.content_type)] if body.content_type else []
    answer = StatusAndHeaders("200 OK", [*http, ("Content-Length", str(len(body.data)))], protocol="HTTP/1.1")
    return _record("response", body.data, "application/http; msgtype=response", headers, answer)


def _record(kind: str, data: bytes, content_type: str, headers: dict[str, str], http: Any = None) -> bytes:
    out = BytesIO()
    writer = WARCWriter(out, gzip=False, warc_version="1.1")
    record = writer.create_warc_record(
        headers["WARC-Target-URI"],
        kind,
        payload=BytesIO(data),
        length=len(data),
        warc_content_type=content_type,
        warc_headers_dict=headers,
        http_headers=http,
    )
    writer.write_record(record)
    return _member(out.getvalue())


def _member(record: bytes) -> bytes:
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return compressor.compress(record) + compressor.flush()


def _fetched(page: PageMessage) -> Any:
    if page.fetched_at is None:
        raise ValueError("a page without fetched_at has no date to be archived under")
    return page.fetched_at
