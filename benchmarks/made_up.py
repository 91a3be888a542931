"""Made-up articles and searches for them: words by Zipf's law, so that two of them meet some articles."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.messages import Enriched, Entity, Source
from services.contracts.urls import article_id

AT = datetime(2026, 11, 1, tzinfo=UTC)
VOCABULARY = 30_000
_SYLLABLES = [f"{c}{v}" for c in "bdfgklmnprstvz" for v in "aeiou"]


def search_params(dice: random.Random) -> dict[str, Any]:
    """A search as people make them: some words, at times a filter, facets or another order."""
    words = " ".join(word(dice, least=40) for _ in range(dice.choice((1, 2, 2, 3))))
    chosen: dict[str, Any] = {"q": words, "page_size": 20, "typos": "false"}
    if dice.random() < 0.3:
        chosen["language"] = [dice.choice(("en", "de"))]
    if dice.random() < 0.3:
        chosen["facets"] = ["source", "language"]
    if dice.random() < 0.2:
        chosen["sort"] = "newest"
    return chosen


def word(dice: random.Random, least: int = 0) -> str:
    """A made-up word; the rank-th comes with a frequency of 1/rank (inverse transform of the log-uniform law)."""
    return _spelled(least + int(VOCABULARY ** dice.random()))


def _spelled(rank: int) -> str:
    letters = ""
    while rank or not letters:
        rank, digit = divmod(rank, len(_SYLLABLES))
        letters += _SYLLABLES[digit]
    return letters + "n"


def article(number: int, dice: random.Random) -> Enriched:
    """One made-up article of 100 to 300 words."""
    url = f"https://bench.example/{number}"
    body = " ".join(word(dice) for _ in range(dice.randrange(100, 300)))
    names = {int(500 * dice.random() ** 2) for _ in range(5)}
    source = dice.randrange(40)
    return Enriched(
        id=article_id(url),
        url=url,
        title=" ".join(word(dice, least=20) for _ in range(8)),
        description=body[:200],
        body=body,
        published_at=AT - timedelta(minutes=number * 5),
        fetched_at=AT + timedelta(seconds=number),
        language=dice.choice(("en", "en", "de", "fr")),
        source=Source(id=f"source-{source}", name=f"Source {source}", domain=f"s{source}.example"),
        word_count=body.count(" ") + 1,
        content_hash="0" * 64,
        entities=tuple(Entity(id=f"place:p{n}", name=f"Place {n}", type="place", count=1) for n in sorted(names)),
        models={"ner": "bench 1"},
    )
