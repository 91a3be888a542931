"""What `newsloom publish` makes of its input, before anything is sent."""

import base64
import gzip
import io
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.messages import AT, page

from services.archive.record import to_warc, warcinfo
from services.commands.publish import _steps, _told
from services.commands.publish_page import Refused, Told, base_of, html_page, message_of
from services.commands.publish_read import Piece, kind_of, pieces
from services.contracts.messages import PageMessage, UrlMessage
from services.contracts.urls import canonical_url
from services.runtime.errors import UsageError
from services.runtime.settings import Settings

URL = "https://news.example/a"
BASE = "https://news.example/kept/"


def read(file: Path, name: str | None = None, **told: object) -> list[Piece]:
    return list(pieces(file, name or file.name, Told(**told)))


def made(what: str, **told: str) -> list[object]:
    return [step.piece.message for step in _steps(what, Told(**told))]


def test_a_url_is_for_fetch() -> None:
    assert made(URL, source="me") == [UrlMessage(url=URL, source="me")]
    (step,) = _steps("http://[broken/", Told())
    assert (step.piece.message, "not" in step.piece.refused) == (None, True)


@pytest.mark.parametrize("ending", [".html", ".HTM", ".xhtml"])
def test_an_html_file_goes_as_its_bytes(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"page{ending}"
    file.write_bytes(b"<p>caf\xe9")
    (message,) = made(str(file), url=URL)
    assert base64.b64decode(message.body_base64) == b"<p>caf\xe9"
    assert message.content_type == "text/html"


CANONICAL = (
    b'<html><head><link rel="canonical" href="%s"><meta property="og:url" content="https://og.example/b"></head>'
)


@pytest.mark.parametrize(
    ("page", "base", "address"),
    [
        (CANONICAL % b"https://told.example/a?utm_source=x", BASE, "https://told.example/a"),
        (CANONICAL % b"/2026/a", BASE, "https://news.example/2026/a"),
        (CANONICAL % b"/2026/a", None, "https://og.example/b"),
        (CANONICAL % b"https://told.example/", None, "https://og.example/b"),
        (CANONICAL % b"https://told.example/?p=7", None, "https://told.example/?p=7"),
        (CANONICAL % b"https://[broken", None, "https://og.example/b"),
        (b"<p>nothing", BASE, "https://news.example/kept/2026/gr%C3%BC%C3%9Fe%20%3F.html"),
        (b"\x00", BASE, "https://news.example/kept/2026/gr%C3%BC%C3%9Fe%20%3F.html"),
    ],
)
def test_the_address_of_a_page_is_its_own_else_that_of_its_place(page: bytes, base: str | None, address: str) -> None:
    message = html_page(page, "2026/grüße ?.html.gz", Told(base_url=base))
    assert canonical_url(message.url) == address


def test_without_an_address_it_says_what_to_do(tmp_path: Path) -> None:
    for name in ("a.html", "a.txt"):
        (tmp_path / name).write_text("<p>nothing")
        with pytest.raises(Refused, match="--base-url"):
            read(tmp_path / name)


def test_a_text_is_a_title_and_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"\xef\xbb\xbf# The caf\xc3\xa9 \r\n\r\nIt opens.\n")
    assert read(file, base_url=BASE)[0].message == PageMessage(url=f"{BASE}a.md", title="The café", text="It opens.")
    (told,) = read(file, url=URL, title="T")
    assert told.message == PageMessage(url=URL, title="T", text="# The café \r\n\r\nIt opens.")
    file.write_text("One line only")
    assert read(file, url=URL)[0].message == PageMessage(url=URL, text="One line only")


def test_ndjson_lines_go_to_the_topic_they_fit(tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text(f'{{"url": "{URL}"}}\n\n{{"url": "{URL}", "html": "<p>", "source": "own"}}\r\nnonsense\n')
    first, second, third = read(file, source="me")
    assert (first.place, first.message) == ("line 1", UrlMessage(url=URL, source="me"))
    assert (second.place, second.message) == ("line 3", PageMessage(url=URL, html="<p>", source="own"))
    assert (third.message, "not UTF-8 JSON" in third.refused) == (None, True)


def test_a_json_file_is_one_document_or_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    pretty = {"indent": 2}
    file.write_text(json.dumps([{"url": URL}, 5, {"url": URL, "text": "a"}], **pretty))
    first, second, third = read(file, source="me")
    assert (first.place, first.message) == ("entry 1", UrlMessage(url=URL, source="me"))
    assert (second.place, second.refused) == ("entry 2", "expected a JSON object, found int")
    assert third.message == PageMessage(url=URL, text="a", source="me")
    file.write_text(json.dumps({"url": URL}, **pretty))
    assert [piece.message for piece in read(file)] == [UrlMessage(url=URL)]
    file.write_text(f'{{"url": "{URL}"}}\n{{"url": "{URL}/b"}}\n')
    assert [piece.place for piece in read(file)] == ["line 1", "line 2"]


def test_a_line_too_long_is_passed_and_the_next_one_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.commands.publish_read.PAGES", SimpleNamespace(max_bytes=40))
    file = tmp_path / "a.jsonl"
    file.write_text(f'{{"url": "{URL}{"x" * 100}"}}\n{{"url": "{URL}"}}\n{{"url": "{URL}{"y" * 50}"}}')
    first, second, third = read(file)
    assert (first.refused, second.place) == ("the line has more than 40 bytes", "line 2")
    assert second.message == UrlMessage(url=URL)
    assert third.refused


def test_a_text_of_urls_alone_is_a_list(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text(f"{URL}\n\n  HTTPS://news.example/b \nhttps://[broken\n")
    first, second, third = read(file, source="me")
    assert [first.message, second.message] == [
        UrlMessage(url=URL, source="me"),
        UrlMessage(url="HTTPS://news.example/b", source="me"),
    ]
    assert (third.place, third.message) == ("line 4", None)
    file.write_text(f"{URL}\nis what I read")
    assert [piece.kind for piece in read(file, base_url=BASE)] == ["text"]


def test_an_archive_gives_its_pages_and_says_what_is_none(tmp_path: Path) -> None:
    kept = [page(name).model_copy(update={"fetched_at": AT}) for name in "12"]
    data = warcinfo("x", {"software": "x"}) + b"".join(map(to_warc, kept))
    for name, content in (("a.warc.gz", data), ("a.warc", gzip.decompress(data))):
        (tmp_path / name).write_bytes(content)
        info, *found = read(tmp_path / name, source="me")
        assert info.passed == "a record of the type warcinfo"
        assert [(p.message.url, p.message.source) for p in found] == [
            ("https://news.example/1", "me"),
            ("https://news.example/2", "me"),
        ]
    (tmp_path / "a.warc.gz").write_bytes(data[:-9])
    assert read(tmp_path / "a.warc.gz")[-1].refused == "the file ends inside a record"


@pytest.mark.parametrize("name", ["a.html.gz", "a.TXT.GZ", "a.ndjson.gz"])
def test_packed_files_are_read_and_damaged_ones_refused(tmp_path: Path, name: str) -> None:
    content = json.dumps({"url": URL, "text": "x" * 5000}).encode()
    packed = gzip.compress(content)
    (tmp_path / name).write_bytes(packed)
    (whole,) = read(tmp_path / name, base_url=BASE)
    assert whole.message is not None
    (tmp_path / name).write_bytes(packed[:-12])
    with pytest.raises(Refused, match="the gzip file is damaged"):
        read(tmp_path / name, base_url=BASE)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused, match="the gzip file is damaged"):
        read(tmp_path / name, base_url=BASE)


def test_what_grows_when_unpacked_is_stopped_at_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "bomb.html.gz"
    file.write_bytes(gzip.compress(b"x" * 5_000_000))
    with pytest.raises(Refused, match=r"more than 1,000 bytes \(NEWSLOOM_MAX_PAGE_BYTES\)"):
        read(file, base_url=BASE, max_bytes=1000)


def test_what_stands_before_the_damage_of_a_file_is_published(tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson.gz"
    lines = [json.dumps({"url": f"{URL}/{n}", "text": os.urandom(500).hex()}) for n in range(50)]
    file.write_bytes(gzip.compress("\n".join(lines).encode())[:-5000])
    *read_before, last = _steps(str(file), Told())
    assert [step.piece.message.url for step in read_before][:3] == [f"{URL}/0", f"{URL}/1", f"{URL}/2"]
    assert "the gzip file is damaged" in last.piece.refused


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"url": URL, "text": "é"}).encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(line)))
    assert made("-") == [PageMessage(url=URL, text="é")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"nonsense", "not UTF-8 JSON"),
        (b'{"url": "', "not UTF-8 JSON"),
        (b"[1]", "expected a JSON object"),
        (b'{"html": "<p>"}', "url: Field required"),
        (b'{"url": "https://a.example/", "schema": 7}', "schema 7 is unknown"),
        (b'{"url": "ftp://a.example/"}', "not an absolute http"),
        (b'{"url": "news", "html": "<p>"}', "not an absolute http"),
        (b'{"url": "https://a.example/", "html": "", "text": ""}', "found html and text"),
    ],
)
def test_a_bad_line_says_what_is_wrong(line: bytes, says: str) -> None:
    with pytest.raises(Refused, match=says):
        message_of(line, Told())


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name in ("a.html", "a.txt", "a.ndjson", "a.warc", "a.warc.gz", "a.html.gz"):
        (folder / name).write_bytes(data)
        try:
            found = read(folder / name, base_url=BASE)
        except Refused as error:
            assert str(error)
            continue
        assert all(bool(p.message) + bool(p.refused) + bool(p.passed) == 1 for p in found)


@pytest.mark.parametrize(
    ("name", "content", "told", "says"),
    [
        ("a.pdf", b"%PDF", {"url": URL}, "what kind of file is that"),
        ("a.html", b"<p>", {}, "--url"),
        ("a.txt", b"\xff", {"url": URL}, "is not UTF-8 text"),
        ("a.txt", b" \n", {"url": URL}, "it is empty"),
        ("missing.txt", None, {"url": URL}, "there is no file"),
        ("missing.pdf", None, {}, "there is no file"),
    ],
)
def test_wrong_use_says_what_to_do(
    tmp_path: Path, name: str, content: bytes | None, told: dict[str, str], says: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=says):
        made(str(tmp_path / name), **told)


def test_the_folders_address_ends_with_a_slash_and_is_one() -> None:
    assert base_of("https://news.example/kept") == BASE
    for wrong in ("https://news.example/?a", "news", "ftp://news.example/"):
        with pytest.raises(UsageError, match="--base-url"):
            _told(Settings(_env_file=None), None, None, None, wrong)


def test_kinds_go_by_the_name() -> None:
    names = ("a.HTML", "b.html.gz", "c.warc.gz", "d.warc.gz.open", "e.json", "f.tar.gz", "g", ".gz")
    assert [kind_of(name) for name in names] == ["html", "html", "warc", None, "json", None, None, None]
