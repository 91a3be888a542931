"""Spans by their places in the text."""

from bisect import bisect_left
from collections.abc import Iterable

from services.enrich.spans import Span


class Ordered:
    """Spans in order of their places, to be asked which of them lie where. They must not overlap."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans = sorted(spans, key=lambda s: s.start)
        self._starts = [s.start for s in self.spans]

    def over(self, start: int, end: int) -> list[Span]:
        """The spans that share characters with `start` to `end`."""
        last = first = bisect_left(self._starts, end)
        while first and self.spans[first - 1].end > start:
            first -= 1
        return self.spans[first:last]
