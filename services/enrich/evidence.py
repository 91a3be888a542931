"""What the words in and before a name say of its type, which weighs more than the model's guess."""

import re
from dataclasses import replace

from services.contracts.messages import EntityType
from services.enrich.spans import Span
from services.enrich.words import HEADS, TITLES

_BEFORE = re.compile(r"(\S+) $")
_OF = re.compile(r" (?:of|for|de|für) ")


def typed(text: str, span: Span) -> Span:
    """`span` with the type that its head ("University of …", "… Road") or a title before it ("Mr …") tells."""
    type_ = _by_head(text[span.start : span.end], span.type) or _by_title(text, span)
    return replace(span, type=type_) if type_ else span


def _by_head(name: str, type_: EntityType) -> EntityType | None:
    words = name.split()
    if len(words) < 2:
        return None
    for word in (words[-1], _OF.split(name, maxsplit=1)[0].split()[-1]):
        told, surname = HEADS.get(word.lower().strip(".,"), (None, False))
        if told and word[0].isupper() and not (surname and type_ == "person"):
            return told
    return None


def _by_title(text: str, span: Span) -> EntityType | None:
    before = _BEFORE.search(text, max(0, span.start - 24), span.start)
    return (
        "person" if before and before.group(1) in TITLES and span.type in ("organisation", "place", "product") else None
    )
