"""The demo's small news site: the pages of seeds/pages, served on loopback with feeds and a sitemap."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from services.runtime.errors import NewsloomError

SITE_FEEDS = {"RSS feed": "/rss.xml", "Atom feed": "/atom.xml", "sitemap": "/sitemap.xml"}
START_LIMIT_S = 20.0


@dataclass(frozen=True)
class Site:
    """Where the site is, as fetch reaches it."""

    url: str


def pages_of(seeds: Path, site: Site) -> list[str]:
    """Addresses of all pages that the site serves."""
    cases = sorted(seeds.glob("*/case.json"))
    if not cases:
        raise NewsloomError(f"no pages in {seeds}; run the demo from a checkout of the repository")
    return [site.url.rstrip("/") + json.loads(case.read_text("utf-8"))["path"] for case in cases]


@contextmanager
def local_site(seeds: Path, port: int) -> Iterator[Site]:
    """Serve `seeds` on loopback for the time of the block. Raises NewsloomError when it does not come up."""
    command = [sys.executable, "-m", "services.standalone.site", str(seeds), "--port", str(port)]
    server = subprocess.Popen(command)  # noqa: S603  # our own module
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_served(server, url)
        yield Site(url)
    finally:
        server.terminate()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_served(server: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise NewsloomError(f"the demo site ended with exit code {server.returncode}; is {url} taken?")
        try:
            if httpx.get(url + "/robots.txt", timeout=1, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise NewsloomError(f"the demo site at {url} does not answer after {START_LIMIT_S:g} s")
