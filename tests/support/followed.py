"""Articles of one made-up host: each with a text of its own, and lines that stand in many of them."""

import html
import random
from datetime import UTC, datetime, timedelta

from services.contracts.messages import PageMessage

HOST = "echo.example"
FROM = datetime(2026, 11, 1, tzinfo=UTC)
ENDING = "The Coastal Echo has told of the towns along the bay since 1921"
_WORDS = [
    f"{start}{end}"
    for start in ("har", "fer", "mar", "sto", "bri", "win")
    for end in ("bour", "ry", "ket", "dge", "ter")
]


def prose(seed: str, words: int = 30) -> str:
    """A paragraph that no other seed has."""
    dice = random.Random(seed)
    return f"Report {seed.replace('-', ' ')} says {' '.join(dice.choice(_WORDS) for _ in range(words))}."


def paragraphs(number: int, count: int = 6) -> list[str]:
    """The text of article `number`."""
    return [prose(f"{number}-{at}") for at in range(count)]


def page_of(number: int, lines: list[str], address: str | None = None) -> PageMessage:
    """A page with these lines for its text, read an hour after the one before."""
    title = f"Article {number} of the bay"
    text = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return PageMessage(
        url=f"https://www.{HOST}/{address or number}",
        html=f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article></body></html>",
        fetched_at=FROM + timedelta(hours=number),
    )


def ordinary(number: int, address: str | None = None) -> PageMessage:
    """An article that ends with the line that all have."""
    return page_of(number, [*paragraphs(number), ENDING], address)
