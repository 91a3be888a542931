"""Pages by the thousand that cost little to clean and enrich: short articles, and what must become of each.

`kind` says what a page is there for; `Expected` of the checker follows from it.
"""

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.contracts.messages import PageMessage
from services.contracts.urls import article_id
from support.checker import Expected

BASE = "https://quick.example"
FIRST = datetime(2026, 11, 1, tzinfo=UTC)
_PLACES = ("Lisbon", "Porto", "Geneva", "Oslo", "Nairobi", "Lima", "Hanoi", "Montreal", "Perth", "Tallinn")
_NOUNS = ("harbour", "bridge", "council", "library", "ferry", "market", "station", "school", "museum", "power plant")
_VERBS = ("opened", "closed", "rebuilt", "sold", "bought", "inspected", "praised", "criticised", "moved", "renamed")
_WHEN = ("on Monday", "last week", "in the morning", "after a long debate", "before the election", "without notice")
_FATES = {"good": "indexed", "fetched": "indexed", "short": "skipped", "poison": "dead"}


@dataclass(frozen=True)
class Quick:
    """One page. `mark` is a word that stands on no other."""

    mark: str
    kind: str
    url: str
    fetched_at: datetime
    body: str

    @property
    def id(self) -> str:
        """The article's id."""
        return article_id(self.url)

    @property
    def html(self) -> str:
        """As a small site would serve it."""
        title = f"The {self.mark} report"
        paragraphs = "".join(f"<p>{part}</p>" for part in self.body.split("\n\n"))
        return (
            f'<!doctype html><html lang="en"><head><title>{title}</title></head><body><article><h1>{title}</h1>'
            f"{paragraphs}</article></body></html>"
        )

    def message(self, days_older: int = 0) -> PageMessage:
        """As a plug-in would send it; an older version says so in its text."""
        html = self.html.replace("Report", f"Old report {days_older}", 1) if days_older else self.html
        return PageMessage(url=self.url, html=html, fetched_at=self.fetched_at - timedelta(days=days_older))

    def value(self) -> bytes:
        """The bytes on the topic; of poison, what nobody can process."""
        if self.kind != "poison":
            return self.message().to_json()
        return json.dumps({"url": self.url, "schema": 99, "html": self.html}).encode()

    def expected(self) -> Expected:
        """What the checker is to find. What fetch reads has the time of the fetch, and so has broken poison."""
        known = self.kind in ("good", "short")
        return Expected(self.mark, _FATES[self.kind], self.fetched_at if known else None)


def quick(count: int, run: int = 0, kind: str = "good", base: str = BASE) -> list[Quick]:
    """`count` pages of a kind, always the same for the same arguments; `run` (0 to 99) tells sets apart."""
    return [_page(number, run, kind, base) for number in range(count)]


def _page(number: int, run: int, kind: str, base: str) -> Quick:
    dice = random.Random(f"{run}/{number}")
    mark = f"zq{run:02}{number:05}"
    sentences = [_sentence(dice) for _ in range(1 if kind == "short" else 4)]
    body = f"Report {mark} tells more. {' '.join(sentences[:2])}\n\n{' '.join(sentences[2:])}".strip()
    # Many at one time: ties must not matter.
    at = FIRST + timedelta(minutes=number // 7, days=run)
    return Quick(mark, kind, f"{base}/{run}/{number}", at, body)


def _sentence(dice: random.Random) -> str:
    place, noun, verb, when = (dice.choice(words) for words in (_PLACES, _NOUNS, _VERBS, _WHEN))
    return f"The {noun} of {place} was {verb} {when}, people of the town said {dice.randrange(1000)} times."


def mixed(count: int, base: str, run: int = 0) -> list[Quick]:
    """A load as it comes: of 100 pages 20 by way of fetch, 4 too short, 1 poison."""
    parts = {"good": 0.75, "fetched": 0.20, "short": 0.04, "poison": 0.01}
    pages = []
    for i, (kind, part) in enumerate(parts.items()):
        pages += quick(round(count * part), run + i, kind, base if kind == "fetched" else BASE)
    random.Random(run).shuffle(pages)
    return pages


def expectations(pages: Iterable[Quick]) -> dict[str, Expected]:
    """By article id."""
    return {page.id: page.expected() for page in pages}


def of_kind(pages: Sequence[Quick], *kinds: str) -> list[Quick]:
    """Those of the kinds."""
    return [page for page in pages if page.kind in kinds]
