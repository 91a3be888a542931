"""Made-up articles to measure with: each has an address, a title and sentences of its own, the same every time."""

import random
from collections.abc import Iterator

from services.contracts.messages import PageMessage

PARAGRAPHS = 8
_WHO = ("The mayor", "A fisherman", "The harbour master", "One engineer", "The council", "A teacher", "The baker")
_DID = ("said", "expects", "doubts", "was glad to hear", "told reporters in Lisbon", "wrote", "announced on Monday")
_WHAT = (
    "that the new quay will open before the end of the year",
    "that the ferry to the islands runs twice a day again",
    "that larger boats can land there, as they did in the past",
    "that the market in the old town moves to the square",
    "that the work has cost less than the Portuguese government had planned",
    "that the road along the coast will be closed for a month",
    "that more than a hundred people have signed the letter",
)


def page(source: str, name: str) -> PageMessage:
    """A page as a plug-in sends it."""
    return PageMessage(
        url=f"https://bench.example/{source}/{name}",
        title=f"Report {name} from the harbour",
        text="\n\n".join(_paragraph(random.Random(f"{name}/{i}"), name) for i in range(PARAGRAPHS)),
        source=source,
        source_name=source,
    )


def pages(source: str, number: int) -> Iterator[PageMessage]:
    """Many of them."""
    return (page(source, str(i)) for i in range(number))


def _paragraph(dice: random.Random, name: str) -> str:
    sentences = (f"{dice.choice(_WHO)} {dice.choice(_DID)} {dice.choice(_WHAT)}." for _ in range(5))
    return f"{' '.join(sentences)} This is part {dice.randrange(10**6)} of report {name}."
