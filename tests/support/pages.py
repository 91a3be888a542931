"""Pages for tests: the seeds as they are, and any number of pages varied from them."""

import base64
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from services.contracts.messages import PageMessage
from services.contracts.urls import article_id

SEEDS = Path(__file__).parents[2] / "seeds" / "pages"
_FIRST = datetime(2026, 11, 1, tzinfo=UTC)
_WORDS = [
    "amber",
    "basin",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "harbour",
    "inlet",
    "jetty",
    "knoll",
    "lagoon",
    "meadow",
    "north",
    "orchard",
    "pier",
]


@dataclass(frozen=True)
class Case:
    """A seed page with what is expected of it."""

    name: str
    body: bytes
    about: dict[str, Any]

    @property
    def url(self) -> str:
        """Its address at its invented outlet."""
        return str(self.about["url"])

    @property
    def fate(self) -> str:
        """`indexed` or `skipped`."""
        return str(self.about["expected"]["fate"])

    def message(self) -> PageMessage:
        """The page as a server would serve it."""
        body = base64.b64encode(self.body).decode()
        return PageMessage(url=self.url, body_base64=body, content_type=self.about["content_type"])


@cache
def seeds() -> tuple[Case, ...]:
    """All seed pages."""
    folders = sorted(path for path in SEEDS.iterdir() if path.is_dir())
    return tuple(
        Case(path.name, (path / "page.html").read_bytes(), json.loads((path / "case.json").read_text()))
        for path in folders
    )


@dataclass(frozen=True)
class Varied:
    """A page with an address, a title and a first paragraph of its own; `mark` stands in title and body."""

    mark: str
    url: str
    html: str
    fetched_at: datetime

    @property
    def id(self) -> str:
        """The article's id."""
        return article_id(self.url)

    def message(self) -> PageMessage:
        """The page as a plug-in would send it."""
        return PageMessage(url=self.url, html=self.html, fetched_at=self.fetched_at)


def varied(count: int, base: str = "https://varied.example", run: int = 0) -> list[Varied]:
    """`count` pages made of the seeds that are articles, always the same for the same arguments."""
    models = _models()
    return [_vary(*models[number % len(models)], number, base, run) for number in range(count)]


@cache
def _models() -> tuple[tuple[str, str, str], ...]:
    """HTML, title and first paragraph of the seeds in which both stand literally."""
    found = []
    for case in seeds():
        expected = case.about["expected"]
        if expected["fate"] != "indexed" or not case.about["content_type"].lower().endswith("utf-8"):
            continue
        html, first = case.body.decode("utf-8", "replace"), expected["body"].split("\n\n")[0]
        if expected["title"] in html and f">{first}<" in html.replace("\n", ""):
            found.append((html.replace("\n", ""), expected["title"], first))
    assert len(found) >= 5, "too few seeds can be varied"
    return tuple(found)


def _vary(html: str, title: str, first: str, number: int, base: str, run: int) -> Varied:
    dice = random.Random(f"{run}/{number}")
    mark = f"zq{run:02}{number:05}"
    words = " ".join(dice.choice(_WORDS) for _ in range(25))
    paragraph = f"Report {mark} tells of {words}. {first}"
    page = html.replace(first, paragraph).replace(title, f"{title} {mark}")
    return Varied(mark, f"{base}/{run}/{number}", page, _FIRST + timedelta(minutes=number, days=run))
