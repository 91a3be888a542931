"""What other newsrooms do to a text that they take over, paragraphs to paragraphs. The dice are given."""

import random
from collections.abc import Callable

Paragraphs = list[str]
_LEADS = (
    "Confirmation came late in the evening after hours of uncertainty, and many of those concerned heard it from us.",
    "What had been rumoured for weeks is now official, people with knowledge of the matter told this newspaper.",
)


def lead_changed(text: Paragraphs, dice: random.Random, _: Paragraphs) -> Paragraphs:
    return [dice.choice(_LEADS), *text[1:]]


def agency_line_added(text: Paragraphs, _: random.Random, __: Paragraphs) -> Paragraphs:
    return ["(Reuters) -", *text, "Reporting by A. Writer; editing by B. Editor"]


def paragraphs_dropped(text: Paragraphs, dice: random.Random, _: Paragraphs) -> Paragraphs:
    """A tenth to a half of them, at least one, but never all."""
    left = max(1, len(text) - max(1, round(len(text) * dice.uniform(0.1, 0.5))))
    return [text[i] for i in sorted(dice.sample(range(len(text)), left))]


def paragraphs_swapped(text: Paragraphs, dice: random.Random, _: Paragraphs) -> Paragraphs:
    return dice.sample(text, len(text))


def paragraph_added(text: Paragraphs, dice: random.Random, other: Paragraphs) -> Paragraphs:
    """One of another article."""
    place = dice.randint(0, len(text))
    return [*text[:place], dice.choice(other), *text[place:]]


Edit = Callable[[Paragraphs, random.Random, Paragraphs], Paragraphs]
EDITS: tuple[Edit, ...] = (
    lead_changed,
    agency_line_added,
    paragraphs_dropped,
    paragraphs_swapped,
    paragraph_added,
)


def taken_over(text: Paragraphs, dice: random.Random, other: Paragraphs) -> Paragraphs:
    """One to three of the edits, one after another."""
    for edit in dice.sample(EDITS, dice.randint(1, 3)):
        text = edit(text, dice, other)
    return text
