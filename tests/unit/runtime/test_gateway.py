"""Asking the gateway, against a real local HTTP server."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from support.messages import settings_for_tests

from services.runtime.errors import Unavailable
from services.runtime.gateway import Refused, ask, gateway_url

ANSWERS = {
    "/v1/search?q=a+b": (200, "application/json", b'{"total": 1}'),
    "/v1/problem": (400, "application/problem+json", b'{"title": "Bad Request", "detail": "page_size: at most 100"}'),
    "/v1/title-only": (404, "application/problem+json", b'{"title": "Not Found"}'),
    "/v1/list": (500, "application/json", b"[1, 2]"),
    "/v1/html": (200, "text/html", b"<h1>another program</h1>"),
    "/v1/broken": (200, "application/json", b"\xff\xfe"),
}


class Handler(BaseHTTPRequestHandler):
    seen: ClassVar[list[tuple[str, str, str | None, bytes]]] = []

    def do_GET(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        self.seen.append((self.command, self.path, self.headers.get("Authorization"), self.rfile.read(size)))
        status, kind, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Handler.seen.clear()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_answer_is_json(address: str) -> None:
    assert ask(settings_for_tests(http=address), "GET", "/v1/search", params={"q": "a b"}) == {"total": 1}
    assert Handler.seen == [("GET", "/v1/search?q=a+b", None, b"")]


def test_the_first_key_goes_along_and_a_body_is_posted(address: str) -> None:
    settings = settings_for_tests(http=address, api_keys=" first-key-0123456789 , second-key-0123456789")
    ask(settings, "POST", "/v1/search?q=a+b", json={"url": "https://a.example/"})
    ((method, _, key, body),) = Handler.seen
    assert (method, key) == ("POST", "Bearer first-key-0123456789")
    assert json.loads(body) == {"url": "https://a.example/"}


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/v1/problem", 400, "page_size: at most 100"),
        ("/v1/title-only", 404, "Not Found"),
        ("/v1/list", 500, "the gateway answered 500"),
        ("/v1/html", 200, "gave no JSON; is that the gateway?"),
        ("/v1/broken", 200, "gave no JSON; is that the gateway?"),
    ],
)
def test_a_no_is_told_in_the_gateways_words(address: str, path: str, status: int, says: str) -> None:
    with pytest.raises(Refused, match=says) as caught:
        ask(settings_for_tests(http=address), "GET", path)
    assert caught.value.status == status


def test_when_nobody_answers_the_error_says_where_and_what_to_try(address: str) -> None:
    with pytest.raises(Unavailable, match=r"the gateway at http://127.0.0.1:1 does not answer .*newsloom status"):
        ask(settings_for_tests(http="127.0.0.1:1"), "GET", "/v1/search")


@pytest.mark.parametrize(
    ("http", "url"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("0.0.0.0:8000", "http://127.0.0.1:8000"),
        ("[::]:8000", "http://[::1]:8000"),
        ("localhost:1", "http://localhost:1"),
        ("[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_to_listen_on_becomes_one_to_ask(http: str, url: str) -> None:
    assert gateway_url(settings_for_tests(http=http)) == url
