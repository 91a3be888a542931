"""What is found in languages without a model beside what the alias table knows."""

from collections.abc import Iterable, Sequence

from services.enrich.headed import headed
from services.enrich.ordered import Ordered
from services.enrich.persons import persons
from services.enrich.spans import Span
from services.enrich.towns import in_towns


def by_rules(text: str, language: str, table: Sequence[Span]) -> list[Span]:
    """`table` with the persons, organisations and towns that `text` tells; longer names stand for parts of them."""
    spans = list(table)
    for rule in (persons, headed, in_towns):
        spans = _over(rule(text, language, spans), spans)
    return spans


def _over(found: Iterable[Span], spans: Sequence[Span]) -> list[Span]:
    """`found`, and those of `spans` that none of it overlaps."""
    new: list[Span] = []
    for span in found:
        if not new or new[-1].end <= span.start:
            new.append(span)
    taken = Ordered(new)
    return sorted([*new, *(s for s in spans if not taken.over(s.start, s.end))], key=lambda s: s.start)
