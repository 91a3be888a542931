"""`newsloom demo`: everything up, a small news site as a source, its pages followed to their fates, three searches."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from services.commands.demo_site import SITE_FEEDS, Site, local_site, pages_of
from services.commands.demo_watch import watch
from services.commands.output import console
from services.commands.search import show
from services.contracts.urls import article_id
from services.runtime.errors import NewsloomError
from services.runtime.gateway import ask, gateway_url
from services.runtime.settings import Settings, load_settings

SEEDS = Path(__file__).parents[2] / "seeds" / "pages"
SEARCHES: tuple[dict[str, Any], ...] = (
    {"q": '"frozen vaccine"'},
    {"q": "train OR tren OR Nachtzug", "sort": "newest"},
    {"q": "harbour OR Hafen OR ferry", "entity": "Hamburg"},
)
DEMO_SETTINGS = {
    # The demo's site is on loopback, which fetch refuses by default.
    "NEWSLOOM_FETCH_ALLOW": "127.0.0.1/32",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    up: Annotated[bool, typer.Option(help="start the standalone stack; --no-up: use what NEWSLOOM_* points to")] = True,
    site: Annotated[str | None, typer.Option(help="a running demo site's URL, as fetch reaches it")] = None,
    stay: Annotated[
        bool | None, typer.Option("--stay/--leave", help="wait for Ctrl-C and then stop all; default: on a terminal")
    ] = None,
    limit: Annotated[float, typer.Option(help="most seconds for all pages to get their fates", min=1)] = 300,
) -> None:
    """Show the whole pipeline at work: start everything, bring articles in, search them."""
    os.environ |= {name: value for name, value in DEMO_SETTINGS.items() if up and name not in os.environ}
    settings = load_settings()
    with ExitStack() as stack:
        stack.enter_context(_stopped_on_interrupt(up))
        if up:
            _newsloom("up")
        served = Site(site) if site else stack.enter_context(local_site(SEEDS, settings.gateway[1] + 10))
        fates = _bring_in(settings, served, limit)
        _searches(settings)
        _farewell(settings, fates, up)
        if up and (sys.stdout.isatty() if stay is None else stay):
            console.print("Ctrl-C stops everything.")
            while True:
                time.sleep(3600)


def _bring_in(settings: Settings, site: Site, limit_s: float) -> Counter[str]:
    pages = pages_of(SEEDS, site)
    console.print(f"A site with {len(pages)} pages is at {site.url}; adding its two feeds and its sitemap as sources")
    for name, path in SITE_FEEDS.items():
        options = ["--name", f"Demo site: {name}", "--delay", "0", "--interval", "86400"]
        _newsloom("sources", "add", site.url + path, *options)
    found = watch(settings, {article_id(url): url for url in pages}, limit_s)
    missing = [url for url in pages if article_id(url) not in found]
    if missing:
        raise NewsloomError(
            f"{len(missing)} pages have no fate after {limit_s:g} s, such as {missing[0]}; see 'newsloom status'"
        )
    return Counter(found.values())


def _searches(settings: Settings) -> None:
    for query in SEARCHES:
        shown = "&".join(f"{name}={value}" for name, value in query.items())
        console.rule(f"GET /v1/search?{shown}", style="cyan")
        extra = {"highlight": "true", "page_size": 3, "facets": "entity,source,language"}
        answer = ask(settings, "GET", "/v1/search", params={**query, **extra})
        if not answer["articles"]:
            raise NewsloomError(f"the search {shown} found nothing; that is a bug, please report it")
        show(answer, most=3)


def _farewell(settings: Settings, fates: Counter[str], up: bool) -> None:
    console.rule(style="cyan")
    counts = ", ".join(f"{n} {fate}" for fate, n in sorted(fates.items()))
    console.print(f"Every page has its fate: {counts}")
    console.print(f"The web page: [bold]{gateway_url(settings)}/[/]")
    if up:
        console.print("Stop everything: newsloom down  (.venv/bin/newsloom down, or make down)")


def _newsloom(*arguments: str) -> None:
    """Run one of our commands with its output in view. Raises NewsloomError when it fails."""
    done = subprocess.run([sys.executable, "-m", "services", *arguments], check=False)  # noqa: S603  # our own commands
    if done.returncode != 0:
        raise NewsloomError(f"'newsloom {' '.join(arguments)}' failed with exit code {done.returncode}")


@contextmanager
def _stopped_on_interrupt(up: bool) -> Iterator[None]:
    """On Ctrl-C, stop what the demo started."""
    try:
        yield
    except KeyboardInterrupt:
        if up:
            console.print("\nStopping everything")
            _newsloom("down")
        raise
