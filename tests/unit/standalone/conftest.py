"""A real HTTP server of files that can be told to misbehave."""

import hashlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.standalone.downloads import transfer
from services.standalone.downloads.catalogue import Artifact


class Repository:
    """Serves `files` by path. `answers`: statuses to give first; `cut`: bytes after which the first answers end."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, str | None]] = []
        self.answers: list[int] = []
        self.cut: list[int] = []
        self.ranges = True
        self.base = ""

    def add(self, name: str, content: bytes, part: str = "kafka") -> Artifact:
        artifact = Artifact(part, "org.example", name, "1.0", "jar", len(content), hashlib.sha256(content).hexdigest())
        self.files["/" + artifact.path] = content
        return artifact


def _handler(repository: Repository) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers["Range"]
            repository.requests.append((self.path, asked))
            content = repository.files.get(self.path)
            status = repository.answers.pop(0) if repository.answers else 200 if content is not None else 404
            if status != 200 or content is None:
                self.send_error(status)
                return
            start = 0
            if asked and repository.ranges and (match := re.fullmatch(r"bytes=(\d+)-", asked)):
                start = int(match[1])
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            most = repository.cut.pop(0) if repository.cut else len(content)
            self.wfile.write(content[start:][:most])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    monkeypatch.setattr(transfer, "FIRST_DELAY_S", 0.001)
    served = Repository()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    served.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()
