"""Pages go into WARC and come back the same, whatever is in them."""

import base64
import gzip
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import WARCIterator

from services.archive.read import Found, pages
from services.archive.record import PAGE_TYPE, from_warc, to_warc, warcinfo
from services.contracts.messages import Hints, PageMessage, Step

AT = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
times = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))
words = st.none() | st.text()
bodies = st.one_of(
    st.builds(lambda t: {"html": t}, st.text()),
    st.builds(lambda t: {"text": t}, st.text()),
    st.builds(lambda t: {"body_base64": t}, st.text()),
    st.builds(lambda b: {"body_base64": base64.b64encode(b).decode()}, st.binary()),
)
urls = st.text(min_size=1) | st.builds(lambda t: "https://site.example/" + t, st.text())
hints = st.builds(Hints, title=words, published_at=st.none() | times, authors=st.lists(st.text()).map(tuple))
messages = st.builds(
    lambda body, **rest: PageMessage(**body, **rest),
    bodies,
    url=urls,
    content_type=words,
    title=words,
    description=words,
    authors=st.lists(st.text(), max_size=3).map(tuple),
    published_at=st.none() | times,
    fetched_at=times,
    source=words,
    final_url=words,
    hints=st.none() | hints,
    trail=st.lists(st.builds(Step, stage=st.text(), at=times), max_size=2).map(tuple),
)


def read(data: bytes) -> list[Found]:
    return list(pages(BytesIO(data)))


def page(**fields: object) -> PageMessage:
    return PageMessage.model_validate(
        {"url": "https://site.example/a b?ü#c", "html": "<p>Grüße", "fetched_at": AT} | fields
    )


@given(messages)
def test_a_page_comes_back_the_same(message: PageMessage) -> None:
    (found,) = read(to_warc(message))
    assert found.page == message
    assert found.page.to_json() == message.to_json()


@given(st.lists(messages, max_size=3))
@settings(max_examples=25)
def test_a_file_of_pages_can_be_resumed_after_each(written: list[PageMessage]) -> None:
    data = warcinfo("a.warc.gz", {"software": "Newsloom"}) + b"".join(map(to_warc, written))
    found = [item for item in read(data) if item.page]
    assert [item.page for item in found] == written
    for number, item in enumerate(found, 1):
        rest = BytesIO(data)
        rest.seek(item.end)
        assert [after.page for after in pages(rest, item.end)] == written[number:]


def test_bytes_as_served_are_a_response_that_any_tool_reads() -> None:
    body = "<p>Grüße".encode("latin-1")
    message = page(html=None, body_base64=base64.b64encode(body).decode(), content_type="text/html;\r\n charset=x")
    metadata, response = [
        (r.rec_type, r.rec_headers, r.http_headers, r.content_stream().read())
        for r in WARCIterator(BytesIO(to_warc(message)))
    ]
    assert metadata[0] == "metadata"
    assert metadata[1].get_header("Content-Type") == PAGE_TYPE
    assert metadata[1].get_header("WARC-Refers-To") == response[1].get_header("WARC-Record-ID")
    assert response[0] == "response"
    assert response[1].protocol == "WARC/1.1"
    assert response[1].get_header("WARC-Date") == "2026-11-22T08:30:00.123456Z"
    assert response[1].get_header("WARC-Target-URI") == "https://site.example/a%20b?%C3%BC#c"
    assert response[2].get_statuscode() == "200"
    assert response[2].get_header("Content-Type") == "text/html; charset=x"
    assert response[3] == body


def test_decoded_text_is_a_resource() -> None:
    kinds = [(r.rec_type, r.content_type, r.raw_stream.read()) for r in WARCIterator(BytesIO(to_warc(page())))]
    assert kinds[1] == ("resource", "text/html; charset=utf-8", "<p>Grüße".encode())


def test_the_same_page_has_the_same_records_and_another_version_others() -> None:
    assert to_warc(page()) == to_warc(page())
    ids = [r.rec_headers.get_header("WARC-Record-ID") for m in (page(), page(title="x")) for r in _records(m)]
    assert len(set(ids)) == 4


def _records(message: PageMessage) -> list[object]:
    return list(WARCIterator(BytesIO(to_warc(message))))


def test_a_record_is_a_gzip_member_of_its_own() -> None:
    assert gzip.decompress(to_warc(page())).count(b"WARC/1.1\r\n") == 2


def test_a_page_without_a_time_is_refused() -> None:
    with pytest.raises(ValueError, match="without fetched_at"):
        to_warc(page(fetched_at=None))


@pytest.mark.parametrize(
    ("about", "why"),
    [
        (b"[]", "holds no page"),
        (b'{"page": 3}', "holds no page"),
        (b'{"form": "x", "page": {}}', "'x' is unknown"),
        (b"{", "unexpected end"),
    ],
)
def test_a_metadata_record_of_others_is_refused(about: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        from_warc(about, b"")
