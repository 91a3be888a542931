"""`kill -9` in the middle of a run loses and doubles nothing.

The short form kills one service under 200 pages; `make chaos` (NEWSLOOM_CHAOS=long) kills each in turn under 2,000.
"""

import asyncio
import os
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.checker import Expected, collect, faults
from support.pages import Varied, varied
from support.processes import Child, eventually, free_ports, pipeline, running

from services.contracts import indices
from services.contracts.messages import UrlMessage
from services.contracts.topics import PAGES, URLS
from services.runtime.elastic import sync_client
from services.runtime.publisher import Publisher
from services.runtime.settings import STAGES, Settings

LONG = os.environ.get("NEWSLOOM_CHAOS") == "long"
COUNT = 2000 if LONG else 200
VICTIMS = STAGES if LONG else ("enrich",)
pytestmark = [pytest.mark.stack, pytest.mark.timeout(3600 if LONG else 900)]


@pytest.fixture
def site() -> Iterator[tuple[str, dict[str, bytes]]]:
    """A web site on loopback: its base address, and its pages by path."""
    pages: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", pages
    server.shutdown()
    thread.join()
    server.server_close()


async def publish(settings: Settings, sent: Sequence[Varied], fetched: Sequence[Varied]) -> None:
    """Pages as a plug-in sends them, and URLs for fetch; some twice, in an older version too."""
    async with Publisher(settings) as publisher:
        older = [p.message().model_copy(update={"fetched_at": p.fetched_at.replace(year=2025)}) for p in sent[::20]]
        await publisher.send_all(PAGES, [*older, *(p.message() for p in sent), *older])
        await publisher.send_all(URLS, [UrlMessage(url=p.url) for p in fetched])


def fates(settings: Settings) -> int:
    """How many pages have a fate."""
    with sync_client(settings) as es:
        name = settings.name(indices.JOURNEYS)
        if not es.indices.exists_alias(name=name):
            return 0
        es.indices.refresh(index=name)
        return int(es.count(index=name)["count"])


def test_kills_lose_and_double_nothing(settings: Settings, site: tuple[str, dict[str, bytes]]) -> None:
    base, served = site
    own = settings.model_copy(update={"http": f"127.0.0.1:{free_ports()}", "batch": 20})
    sent, fetched = varied(COUNT * 9 // 10), varied(COUNT // 10, base, run=1)
    served.update({p.url.removeprefix(base): p.html.encode() for p in fetched})
    expected = {p.id: Expected(p.mark, fetched_at=p.fetched_at) for p in sent}
    expected |= {p.id: Expected(p.mark) for p in fetched}
    children = pipeline(own, NEWSLOOM_FETCH_ALLOW="127.0.0.0/8", NEWSLOOM_FETCH_DELAY_S="0")
    stages = [children[name] for name in STAGES]
    with running(*stages):
        asyncio.run(publish(own, sent, fetched))
        for number, name in enumerate(VICTIMS, 1):
            share = COUNT * number // (len(VICTIMS) + 1)
            eventually(lambda n=share: fates(own) >= n, f"{share} pages have a fate", limit_s=1200)
            assert fates(own) < COUNT, f"{name} must be killed in the middle"
            children[name].kill()
            children[name].start().wait_ready()
        eventually(lambda: fates(own) >= COUNT, "every page has a fate", limit_s=2400, pause_s=1)
        eventually(lambda: all(_at_rest(child) for child in stages), "nothing waits any more")
        assert faults(expected, collect(own)) == []
        assert [child.stop() for child in stages] == [0] * len(stages)


def _at_rest(child: Child) -> bool:
    return all(stage["lag"] == 0 for stage in (child.get("/status") or {"stages": [{"lag": None}]})["stages"])
