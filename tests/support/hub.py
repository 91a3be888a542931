"""A WebSub hub on loopback : takes subscriptions, verifies them, and distributes signed (https://www.w3.org/TR/websub/)."""

import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import httpx

from tests.support.threaded import Quiet, threaded

Form = dict[str, str]


@dataclass
class Hub:
    """Keeps subscriptions by callback, as their requests had them. What it answers to requests is `status`, with
    `headers`; it verifies before it has answered if `eager`, else afterwards, and not at all unless `verifies`."""

    url: str = ""
    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    lease_s: int = 3600
    eager: bool = True
    verifies: bool = True
    requests: list[Form] = field(default_factory=list)
    subscriptions: dict[str, Form] = field(default_factory=dict)

    def verify(self, request: Form) -> None:
        """Ask the subscriber whether it means it, and do what it wants (5.3)."""
        challenge = secrets.token_urlsafe(24)
        asked = {"hub.mode": request["hub.mode"], "hub.topic": request["hub.topic"], "hub.challenge": challenge}
        if request["hub.mode"] == "subscribe":
            asked["hub.lease_seconds"] = str(self.lease_s)
        answer = self.ask(request["hub.callback"], asked)
        if not (answer.is_success and answer.text == challenge):
            return
        if request["hub.mode"] == "subscribe":
            self.subscriptions[request["hub.callback"]] = request
        else:
            self.subscriptions.pop(request["hub.callback"], None)

    @staticmethod
    def ask(callback: str, fields: Form) -> httpx.Response:
        """GET a callback."""
        return httpx.get(callback, params=fields, timeout=60, trust_env=False)

    def deny(self, reason: str) -> None:
        """End every subscription (5.2)."""
        for callback, request in self.subscriptions.items():
            fields = {"hub.mode": "denied", "hub.topic": request["hub.topic"], "hub.reason": reason}
            assert self.ask(callback, fields).is_success
        self.subscriptions.clear()

    def push(self, body: bytes, algorithm: str = "sha256", secret: str | None = None) -> list[int]:
        """Distribute content to all (7), signed with their secrets, or `secret`; what they answer. 410 ends one."""
        statuses = []
        for callback, request in list(self.subscriptions.items()):
            key = secret or request["hub.secret"]
            signature = hmac.new(key.encode(), body, algorithm).hexdigest()
            headers = {"X-Hub-Signature": f"{algorithm}={signature}", "Content-Type": "application/rss+xml"}
            answer = httpx.post(callback, content=body, headers=headers, timeout=60, trust_env=False)
            statuses.append(answer.status_code)
            if answer.status_code == 410:
                del self.subscriptions[callback]
        return statuses


@contextmanager
def hub() -> Iterator[Hub]:
    """One that listens until the end of the block."""
    mine = Hub()

    class Handler(Quiet):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
            request = dict(parse_qsl(body, strict_parsing=True))
            mine.requests.append(request)
            verifies = mine.verifies and mine.status == 202
            if verifies and mine.eager:
                mine.verify(request)
            self.send_response(mine.status)
            for name, value in {"Content-Length": "0", **mine.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.flush()
            if verifies and not mine.eager:
                mine.verify(request)

    with threaded(Handler) as port:
        mine.url = f"http://127.0.0.1:{port}/hub"
        yield mine
