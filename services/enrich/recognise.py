"""Spans that name something: from the language's model, from the alias table, and from both as one."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from services.enrich.evidence import typed
from services.enrich.headings import capitals_say_nothing
from services.enrich.lexicon import Lexicon
from services.enrich.models import Reader
from services.enrich.ordered import Ordered
from services.enrich.pieces import Piece, batches
from services.enrich.recase import recased
from services.enrich.spans import Span, trim
from services.enrich.words import HEADS, TYPES

ENGLISH = "en"
_POSSESSIVE = re.compile(r"['’]s? ")
_LIST = re.compile(r"(?:[\s,/&–-]|\b(?:and|or|und|et|y|e|en)\b)*")


def by_model(read: Reader, language: str, pieces: Sequence[Piece]) -> dict[int, list[Span]]:
    """What `read` recognises in `language`, by article number; offsets are of the article's text."""
    found: dict[int, list[Span]] = defaultdict(list)
    for batch in batches(pieces):
        weak = [capitals_say_nothing(piece.text) for piece in batch]
        texts = [
            recased(piece.text) if language == ENGLISH and says_nothing else piece.text
            for piece, says_nothing in zip(batch, weak, strict=True)
        ]
        for piece, says_nothing, text, names in zip(batch, weak, texts, read(texts), strict=True):
            for start, end, label in names:
                if (type_ := TYPES.get(label)) and (edges := trim(text, start, end)):
                    span = typed(text, Span(*edges, type_, weak=says_nothing), language)
                    found[piece.article].append(
                        replace(span, start=piece.start + span.start, end=piece.start + span.end)
                    )
    return found


def confirmed(text: str, spans: Sequence[Span]) -> list[Span]:
    """`spans` without the weak ones, unless they name a person in full or there are no others.

    What else a headline names is found again by the names of the article below it.
    """
    strong = [s for s in spans if not s.weak]
    if not strong:
        return list(spans)
    return [s for s in spans if not s.weak or (s.type == "person" and text[s.start : s.end].count(" ") in (1, 2))]


def merge(text: str, model: Sequence[Span], table: Sequence[Span], lexicon: Lexicon) -> list[Span]:
    """One list without overlaps, in order.

    What the table knows has its type. A longer name of the model stands against a shorter one of the table
    ("Bank of China"), otherwise the table stands.
    """
    known = Ordered(table)
    kept = Ordered(_known(text, s, lexicon) for s in model if _stands(text, s, known.over(s.start, s.end)))
    free = [t for t in table if not kept.over(t.start, t.end)]
    return _extended(text, sorted(kept.spans + free, key=lambda s: s.start))


def _extended(text: str, spans: Sequence[Span]) -> list[Span]:
    """`spans`, those joined that a head and "of" or "for" make one name: "Sea" of "Japan", "Institute" for "Peace"."""
    joined: list[Span] = []
    for span in spans:
        before = joined[-1] if joined else None
        goes_on = text[before.end : span.start] in (" of ", " for ") if before else False
        if before and goes_on and before.known is None and not _in_full(text, span):
            head, _ = HEADS.get(text[before.start : before.end].split()[-1].lower(), (None, False))
            if head in ("organisation", "place"):
                joined[-1] = Span(before.start, span.end, head, told=True)
                continue
        joined.append(span)
    return joined


def _in_full(text: str, span: Span) -> bool:
    """Whether `span` is a person's full name, which no body has in its own: "Rapid Support Forces of Hassan Daud"."""
    return span.type == "person" and " " in text[span.start : span.end]


def _stands(text: str, span: Span, table: Sequence[Span]) -> bool:
    """Whether a span of the model stands against those of the table that it overlaps.

    Not when one of them goes beyond it or owns the rest of it ("United Nations' General Assembly"), and not when it
    only lists several ("Oslo & Bergen").
    """
    if any(t.start < span.start or span.end < t.end or _POSSESSIVE.match(text, t.end, span.end) for t in table):
        return False
    edges = [span.start, *(at for t in table for at in (t.start, t.end)), span.end]
    between = [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return len(table) < 2 or not all(_LIST.fullmatch(gap) for gap in between)


def _known(text: str, span: Span, lexicon: Lexicon) -> Span:
    entry = lexicon.known(text[span.start : span.end])
    return Span(span.start, span.end, entry.type, entry.id) if entry else span
