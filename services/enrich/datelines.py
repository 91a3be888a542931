"""Datelines: where agency copy was filed, in capitals at the start of its line.

MENDOTA 1996-12-05 · AL-AIN, United Arab Emirates 1996-12-06 · LOIKAW, Nov 3 (Reuters) - … · SUVA (AFP) - …
"""

import re
from collections.abc import Sequence

from services.enrich.ordered import Ordered
from services.enrich.spans import Span

_PLACE = r"[^\W\d_a-zß-öø-ÿ]{2,}(?:[ '’-][^\W\d_a-zß-öø-ÿ]+){0,3}"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_WHERE = r"(?: ?, [^\W\d_][^\n\d,(]{2,30})?"  # the country or state behind a town
_WHEN = rf"(?: \d{{4}}-\d\d-\d\d *$| ?, (?:{_MONTH} \d\d?|\d\d? {_MONTH})\b| \( ?[A-Z][A-Za-z]+ ?\) ?[-–—] )"
_DATELINE = re.compile(rf"^({_PLACE}){_WHERE}{_WHEN}", re.MULTILINE)


def with_datelines(text: str, spans: Sequence[Span]) -> list[Span]:
    """`spans` with the places of datelines, where the alias table does not know them."""
    known, new, gone = Ordered(spans), list[Span](), set[Span]()
    for line in _DATELINE.finditer(text):
        start, end = line.span(1)
        inside = known.over(start, end)
        if all(s.known is None and s.end <= end for s in inside):
            new.append(Span(start, end, "place", told=True))
            gone.update(inside)
    return sorted([*(s for s in spans if s not in gone), *new], key=lambda s: s.start)
