"""Other archives' files, as Common Crawl's CC-NEWS has them."""

import base64
import gzip
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from support.messages import AT, page
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from services.archive.read import Found, pages
from services.archive.record import to_warc

HTML = b"<html><title>A harbour</title>"
URL = "https://site.example/a"


def record(
    body: bytes = HTML,
    *,
    kind: str = "response",
    status: str = "200 OK",
    url: str = URL,
    date: str = "2026-01-02T03:04:05Z",
    **headers: str,
) -> bytes:
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.0")
    given = {"Content_Type": "text/html; charset=utf-8"} | headers
    http = StatusAndHeaders(status, [(k.replace("_", "-"), v) for k, v in given.items()], protocol="HTTP/1.1")
    made: Any = writer.create_warc_record(
        url, kind, payload=BytesIO(body), length=len(body), http_headers=http, warc_headers_dict={"WARC-Date": date}
    )
    writer.write_record(made)
    return out.getvalue()


def read(data: bytes, **given: int) -> list[Found]:
    return list(pages(BytesIO(data), **given))


def body_of(found: Found) -> bytes:
    assert found.page is not None, found.reason
    return base64.b64decode(found.page.body_base64 or "")


def test_a_response_becomes_a_page_of_its_date() -> None:
    (found,) = read(record())
    assert body_of(found) == HTML
    assert found.page is not None
    assert found.page.url == URL
    assert found.page.content_type == "text/html; charset=utf-8"
    assert found.page.fetched_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_content_and_transfer_encodings_are_undone() -> None:
    packed = gzip.compress(HTML)
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed)
    for data in (
        record(packed, Content_Encoding="gzip"),
        record(chunked, Content_Encoding="gzip", Transfer_Encoding="chunked"),
    ):
        (found,) = read(data)
        assert body_of(found) == HTML


@pytest.mark.parametrize(
    ("data", "reason", "broken"),
    [
        (record(status="404 Not Found"), "status 404", False),
        (record(Content_Type="image/png"), "not HTML", False),
        (record(kind="request", status="GET / HTTP/1.1"), "a record of the type request", False),
        (record(Content_Encoding="zstd"), "content encoding zstd", True),
        (record(url="http://"), "", True),
        (record(bytes(2001)), "more than 2,000 bytes", False),
        (record(gzip.compress(bytes(5_000_000)), Content_Encoding="gzip"), "more than 2,000 bytes", False),
        (record(date="yesterday"), "not understood (ValidationError", True),
    ],
)
def test_what_is_no_page_is_said_so(data: bytes, reason: str, broken: bool) -> None:
    (found,) = read(data, most=2000)
    assert found.page is None
    assert found.reason.startswith(reason)
    assert found.broken is broken


def test_a_broken_record_costs_itself_alone() -> None:
    good = record()
    nonsense = gzip.compress(b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n")
    found = read(good + nonsense + good + good[:-9])
    assert [f.page is not None for f in found] == [True, False, True, False]
    assert [f.broken for f in found] == [False, True, False, True]
    assert found[1].at == len(good)


def test_a_body_without_its_fields_is_not_taken_for_another_archives() -> None:
    """The metadata is lost: text that we decoded is a resource, and no tool takes that for a response."""
    whole = to_warc(page("a").model_copy(update={"fetched_at": AT}))
    second = next(f.at for f in read(whole))
    (found,) = read(whole[second:])
    assert (found.page, found.reason) == (None, "a record of the type resource")
    between = read(whole[:second] + record() + whole[second:])
    assert [f.page.url for f in between if f.page] == [URL, "https://news.example/a"]
