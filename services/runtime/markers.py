"""Markers on dead topics: which letters were sent again or dropped. Pure.

A marker is a message on the dead topic itself, without key and value: Kafka can not change a message that it has, and
a store elsewhere could be lost or be of another Kafka. It always stands after the letters that it names.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from services.runtime.dead import PREFIX
from services.runtime.trace import Headers

KIND = PREFIX + "marker"
OFFSETS = PREFIX + "marker-offsets"
MOST = 1000
"""Offsets in one marker: 20 KB of header at worst, while brokers take a message of 1 MiB."""
_RANGE = re.compile(r"(\d{1,19})(?:-(\d{1,19}))?", re.ASCII)


class State(StrEnum):
    """What was done with a letter."""

    OPEN = "open"
    REPLAYED = "replayed"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Marker:
    """What was done with which letters; the ranges are from offset to offset, both within."""

    state: State
    ranges: tuple[tuple[int, int], ...]

    def headers(self) -> Headers:
        """As Kafka headers."""
        text = ",".join(str(a) if a == b else f"{a}-{b}" for a, b in self.ranges)
        return [(KIND, self.state.encode()), (OFFSETS, text.encode())]


def markers(state: State, offsets: Iterable[int]) -> Iterator[Marker]:
    """Markers that name all `offsets`, each at most MOST of them."""
    rest = iter(sorted(set(offsets)))
    while some := list(islice(rest, MOST)):
        yield Marker(state, tuple(_ranges(some)))


def _ranges(offsets: list[int]) -> Iterator[tuple[int, int]]:
    first = last = offsets[0]
    for offset in offsets[1:]:
        if offset != last + 1:
            yield first, last
            first = offset
        last = offset
    yield first, last


def is_marker(headers: Iterable[tuple[str, bytes | None]]) -> bool:
    """Whether a message with `headers` is a marker. No letter has this header: a stage takes `dead-…` away first."""
    return any(name == KIND for name, _ in headers)


def read_marker(headers: Iterable[tuple[str, bytes | None]]) -> Marker:
    """The marker with `headers`. Raises ValueError with what is wrong."""
    given = {name: (value or b"").decode("utf-8", "replace") for name, value in headers}
    state = State(given.get(KIND, ""))
    if state is State.OPEN:
        raise ValueError("a marker says replayed or dropped")
    return Marker(state, tuple(_read_range(text) for text in given.get(OFFSETS, "").split(",")))


def _read_range(text: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:50]!r} is no offset and no range of offsets")
    first, last = int(found[1]), int(found[2] or found[1])
    if last < first:
        raise ValueError(f"the range {text} ends before it begins")
    return first, last


_CODES = {State.OPEN: 1, State.REPLAYED: 2, State.DROPPED: 3}  # 0: no letter
_STATES = {code: state for state, code in _CODES.items()}


class States:
    """State of each letter of a dead topic from offset `begin` up to `end`, one byte each."""

    def __init__(self, begin: int = 0, end: int = 0) -> None:
        self._begin, self._end = begin, end
        self._codes = bytearray(end - begin)

    def add(self, offset: int) -> None:
        """A letter stands at `offset`."""
        if self._begin <= offset < self._end:
            self._codes[offset - self._begin] = _CODES[State.OPEN]

    def mark(self, marker: Marker) -> None:
        """Take over what `marker` says. The last one counts; what names no letter (any more) names nothing."""
        code = _CODES[marker.state]
        for first, last in marker.ranges:
            start, stop = max(first, self._begin) - self._begin, min(last + 1, self._end) - self._begin
            for place in range(start, stop):
                if self._codes[place]:
                    self._codes[place] = code

    def of(self, offset: int) -> State:
        """The state of the letter at `offset`; one that came later is open."""
        inside = self._begin <= offset < self._end
        return _STATES.get(self._codes[offset - self._begin], State.OPEN) if inside else State.OPEN

    @property
    def handled(self) -> int:
        """How many letters were replayed or dropped."""
        return sum(self._codes.count(_CODES[state]) for state in (State.REPLAYED, State.DROPPED))

    @property
    def open(self) -> int:
        """How many letters nobody dealt with yet."""
        return self._codes.count(_CODES[State.OPEN])

    @property
    def done_before(self) -> int:
        """The first offset that is still needed: all before it are handled letters, their markers, or nothing."""
        found = self._codes.find(_CODES[State.OPEN])
        return self._end if found < 0 else self._begin + found

    @property
    def begin(self) -> int:
        """The first offset that was looked at."""
        return self._begin
