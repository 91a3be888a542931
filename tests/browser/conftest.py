"""A gateway served as its users run it, and a headless Chromium that reads it and keeps whatever is wrong."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from support.gateway import gateway
from support.reading import CANARY, attacking, last_months, one_story, ordinary, right_to_left

ARGUMENTS = [
    "--no-sandbox",  # root in a container has no user namespaces to build one of
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000  # a machine that runs much else besides
ALARM = f"Object.defineProperty(window, '{CANARY}', {{ set() {{ window.alarm(); }} }});"
REFUSAL = "Failed to load resource: the server responded with a status of 4"


class Reader:
    """A person at a browser. `faults` are what no page may do: run a foreign script, fail, or ask another host."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.context, self.site = context, site
        self.faults: list[str] = []
        self.refusals = self.refusals_wanted = 0
        self.page = context.new_page()
        context.set_default_timeout(PATIENCE_MS)
        context.expose_function("alarm", lambda: self.faults.append("a foreign script ran"))
        context.add_init_script(ALARM)
        context.on("request", self._on_request)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.faults.append(f"page error: {error.error}"))
        context.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def open(self, address: str = "/", *statuses: int) -> Page:
        """The page at `address`, which is answered with one of `statuses`, or 200."""
        response = self.page.goto(self.site + address)
        assert response is not None
        assert response.status in (statuses or (200,)), address
        self.refusals_wanted += response.status >= 400
        return self.page

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.site + "/", "data:")):
            self.faults.append(f"request to {request.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            if message.text.startswith(REFUSAL):  # Chromium notes each answer of 4xx
                self.refusals += 1
            else:
                self.faults.append(f"console: {message.text}")


@pytest.fixture(scope="session")
def site(servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """Address of a gateway over an archive of all the articles in support/reading.py."""
    _executable()  # before anything is started for it
    articles = [*ordinary(), *one_story(), *right_to_left(), *attacking()]
    with gateway(servers, tmp_path_factory.mktemp("gateway"), articles, NEWSLOOM_WEBHOOKS="true") as own:
        yield f"http://{own.http}"


@pytest.fixture(scope="module")
def recent(servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """Address of a gateway over the articles of the last months, as the calendar of today has them."""
    _executable()
    with gateway(servers, tmp_path_factory.mktemp("gateway"), last_months(datetime.now(UTC))) as own:
        yield f"http://{own.http}"


@pytest.fixture(scope="module")
def chromium(site: str) -> Iterator[Browser]:
    """One browser for the module; no longer, as Playwright's loop keeps others of the same thread from running."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_executable(), args=ARGUMENTS, timeout=PATIENCE_MS)
        yield browser
        browser.close()


@pytest.fixture
def reader(chromium: Browser, site: str) -> Iterator[Reader]:
    """A reader with an ordinary window; nothing may have gone wrong at the end."""
    yield from _reading(Reader(chromium.new_context(locale="en-GB", timezone_id="UTC"), site))


@pytest.fixture
def plain_reader(chromium: Browser, site: str) -> Iterator[Reader]:
    """A reader whose browser runs no JavaScript."""
    yield from _reading(Reader(chromium.new_context(java_script_enabled=False), site))


@pytest.fixture
def narrow_reader(chromium: Browser, site: str) -> Iterator[Reader]:
    """A reader with the narrowest window that WCAG 2.2 (1.4.10, reflow) asks for."""
    yield from _reading(Reader(chromium.new_context(viewport={"width": 320, "height": 640}), site))


@pytest.fixture
def stranger(recent: str, chromium: Browser) -> Iterator[Reader]:
    """A reader from elsewhere, over the articles of the last months; made first: no loop runs beside Playwright's."""
    yield from _reading(Reader(chromium.new_context(locale="de-DE", timezone_id="UTC"), recent))


@pytest.fixture
def shot(tmp_path: Path) -> Callable[[Page, str], None]:
    """Leaves a screenshot in the folder NEWSLOOM_SCREENSHOTS, or among pytest's own files."""
    folder = Path(os.environ.get("NEWSLOOM_SCREENSHOTS") or tmp_path)

    def taken(page: Page, name: str) -> None:
        assert len(page.screenshot(path=folder / f"{name}.png", full_page=True)) > 5_000, "nothing is on it"

    return taken


def _reading(reader: Reader) -> Iterator[Reader]:
    try:
        yield reader
        assert reader.faults == []
        assert reader.refusals == reader.refusals_wanted
    finally:
        reader.context.close()


def _executable() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        text = "no chromium on the PATH; Debian and Ubuntu: apt-get install chromium"
        pytest.fail(text, pytrace=False) if os.environ.get("CI") else pytest.skip(text)
    return found
