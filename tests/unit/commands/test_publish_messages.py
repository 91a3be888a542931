"""What `newsloom publish` makes of its input, before anything is sent."""

import base64
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from services.commands.publish import _message, _messages
from services.contracts.fates import BadInput
from services.contracts.messages import PageMessage, UrlMessage
from services.contracts.urls import InvalidUrl
from services.runtime.errors import UsageError

URL = "https://news.example/a"


def made(what: str, url: str | None = None, title: str | None = None, source: str | None = None) -> list[object]:
    return [_message(data) for _, data in _messages(what, url, title, source)]


def test_a_url_is_for_fetch() -> None:
    assert made(URL, source="me") == [UrlMessage(url=URL, source="me")]


@pytest.mark.parametrize("ending", [".html", ".HTM", ".xhtml"])
def test_an_html_file_goes_as_its_bytes(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"page{ending}"
    file.write_bytes(b"<p>caf\xe9")
    (page,) = made(str(file), url=URL)
    assert base64.b64decode(page.body_base64) == b"<p>caf\xe9"
    assert page.content_type == "text/html"


def test_a_text_file_goes_as_text_without_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"\xef\xbb\xbfcaf\xc3\xa9")
    assert made(str(file), url=URL, title="T") == [PageMessage(url=URL, text="café", title="T")]


def test_ndjson_lines_go_to_the_topic_they_fit(tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text(f'{{"url": "{URL}"}}\n\n{{"url": "{URL}", "html": "<p>"}}\r\n')
    assert [type(m) for m in made(str(file))] == [UrlMessage, PageMessage]
    assert [place for place, _ in _messages(str(file), None, None, None)] == ["line 1", "line 3"]


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"url": URL, "text": "é"}).encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(line)))
    assert made("-") == [PageMessage(url=URL, text="é")]


@pytest.mark.parametrize(
    ("line", "error", "says"),
    [
        (b"nonsense", BadInput, "not UTF-8 JSON"),
        (b'{"url": "', BadInput, "not UTF-8 JSON"),
        (b"[1]", BadInput, "expected a JSON object"),
        (b'{"html": "<p>"}', BadInput, "url: Field required"),
        (b'{"url": "https://a.example/", "schema": 7}', BadInput, "schema 7 is unknown"),
        (b'{"url": "ftp://a.example/"}', InvalidUrl, "not an absolute http"),
        (b'{"url": "news", "html": "<p>"}', InvalidUrl, "not an absolute http"),
        (b'{"url": "https://a.example/", "html": "", "text": ""}', BadInput, "found html and text"),
    ],
)
def test_a_bad_line_says_what_is_wrong(line: bytes, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        _message(line)


@pytest.mark.parametrize(
    ("name", "content", "url", "says"),
    [
        ("a.pdf", b"%PDF", URL, "what kind of file is that"),
        ("a.html", b"<p>", None, "give the article's address with --url"),
        ("a.txt", b"\xff", URL, "is not UTF-8 text"),
        ("missing.txt", None, URL, "can not read"),
        ("missing.ndjson", None, None, "can not read"),
    ],
)
def test_wrong_use_says_what_to_do(
    tmp_path: Path, name: str, content: bytes | None, url: str | None, says: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=says):
        made(str(tmp_path / name), url=url)
