"""The lines of a text in JSON: runs of one paragraph are joined, whatever the shape."""

import re
from itertools import pairwise
from typing import Any

from services.clean.elements import BLOCKS
from services.clean.zones import is_furniture_block

_MOST_DEPTH = 48
_MOST_RUNS = 200
_MARKS = frozenset(",;.:!?)]’”'»%…")
_OPEN = re.compile(r"(?:[^\s.!?。！？…:]|^)\s+$|[(\[“„«‘—]$")
_TAGS = BLOCKS | {"a", "b", "i", "em", "strong", "span", "u", "sup", "sub"}
_KINDS = ("type", "_type", "nodeType", "__typename", "kind", "component", "name", "tagName")


def lines_of(value: Any, key: str) -> list[str]:
    """The strings by the key `key` in `value`, in order: a paragraph, or HTML, each."""
    return [line for line in _Lines(key).of(value, True, 0) if line.strip()]


class _Lines:
    """Reads each object and list once: what was unflattened may hold itself."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.seen: set[int] = set()

    def of(self, value: Any, named: bool, depth: int) -> list[str]:
        """`named`: whether our key was the nearest above."""
        if isinstance(value, str):
            return [value] if named else []
        if not isinstance(value, list | dict) or depth > _MOST_DEPTH or id(value) in self.seen:
            return []
        self.seen.add(id(value))
        if isinstance(value, list):
            return self._of_list(value, named, depth + 1)
        return [] if depth and _is_furniture(value) else self._of_object(value, depth + 1)

    def _of_object(self, value: dict[str, Any], depth: int) -> list[str]:
        if "br" in value.values():
            return ["\n"]
        lines = [line for key, child in value.items() for line in self.of(child, key == self.key, depth)]
        whole = value.get(self.key)
        # Where a paragraph stands beside its runs, it is said once.
        if isinstance(whole, str) and len(lines) < _MOST_RUNS and all(line in whole for line in lines):
            return [whole]
        return lines

    def _of_list(self, value: list[Any], named: bool, depth: int) -> list[str]:
        # JsonML's elements begin with their tag: ["p", "Some ", ["b", "words"]].
        children = value[1:] if value and isinstance(value[0], str) and value[0] in _TAGS else value
        parts = [lines for child in children if (lines := self.of(child, named, depth))]
        if len(parts) > 1 and all(len(part) == 1 for part in parts) and _is_one_line([part[0] for part in parts]):
            return ["".join(part[0] for part in parts)]
        return [line for part in parts for line in part]


def _is_furniture(value: dict[str, Any]) -> bool:
    return any(isinstance(kind := value.get(key), str) and is_furniture_block(kind) for key in _KINDS)


def _is_one_line(parts: list[str]) -> bool:
    """Whether most strings go on where the one before them ends: with a small letter or a mark, or behind a space that
    ends no sentence."""
    goes_on = sum(
        1
        for one, other in pairwise(parts)
        if other[:1].isspace() or other[:1].islower() or other[:1] in _MARKS or _OPEN.search(one[-40:])
    )
    return 2 * goes_on >= len(parts) - 1
