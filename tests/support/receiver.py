"""A receiver of webhooks on loopback: keeps what it gets, verifies it, and answers as it is told to."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook

from support.threaded import Quiet, threaded


@dataclass(frozen=True)
class Got:
    """One delivery, as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """What it tells; raises unless it was signed with `secret`, just now."""
        told: dict[str, Any] = Webhook(secret).verify(self.body, dict(self.headers))
        return told


@dataclass
class Receiver:
    """Answers with the statuses of `answers`, one a delivery, then with `status`."""

    url: str = ""
    status: int = 204
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    wait: threading.Event | None = None
    got: list[Got] = field(default_factory=list)

    def titles(self) -> set[str]:
        """Of the articles that it was told of and took."""
        return {json.loads(one.body)["data"]["article"]["title"] for one in self.got}


@contextmanager
def receiver() -> Iterator[Receiver]:
    """One that listens until the end of the block."""
    mine = Receiver()

    class Handler(Quiet):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            mine.got.append(Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            if mine.wait:
                mine.wait.wait(60)
            self.send_response(mine.answers.pop(0) if mine.answers else mine.status)
            for name, value in mine.headers.items():
                self.send_header(name, value)
            if not mine.headers.get("Content-Length"):
                self.send_header("Content-Length", "0")
            self.end_headers()

    with threaded(Handler) as port:
        mine.url = f"http://127.0.0.1:{port}/hook?token=hidden"
        try:
            yield mine
        finally:
            if mine.wait:
                mine.wait.set()
