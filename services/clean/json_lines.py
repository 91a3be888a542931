"""The lines of a text in JSON: runs of one paragraph are joined, whatever the shape."""

import re
from typing import Any

from services.clean.elements import BLOCKS

_MOST_CHARS = 400_000
_MOST_DEPTH = 48
# A string that goes on where another ended: it begins with a space, a small letter or a mark; the one before ends with a
# space, and with no sentence.
_GOES_ON = re.compile(r"\s|[^\W\d_A-Z]|[,;.:!?)\]’”»%…]|['’]\w")
_OPEN = re.compile(r"(?:[^\s.!?。！？…:]|^)\s+$|[(\[“„«‘—]$")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")
_TAGS = BLOCKS | {"a", "b", "i", "em", "strong", "span", "u", "sup", "sub", "$"}


def lines_of(value: Any, key: str) -> list[str]:
    """The strings by the key `key` in `value`, in order: a paragraph, or HTML, each."""
    return [line for line in _lines(value, key, True, 0) if line.strip()]


def _lines(value: Any, key: str, named: bool, depth: int) -> list[str]:
    """`named`: whether `key` was the nearest key above."""
    if isinstance(value, str):
        return [value] if named else []
    if depth > _MOST_DEPTH:
        return []
    if isinstance(value, dict):
        if "br" in value.values():
            return ["\n"]
        lines = [line for k, v in value.items() if _may_hold(v) for line in _lines(v, key, k == key, depth + 1)]
        # Where a paragraph stands beside its runs, it is said once.
        whole = value.get(key)
        return [whole] if isinstance(whole, str) and all(line in whole for line in lines) else lines
    if not isinstance(value, list):
        return []
    children = value[1:] if value and isinstance(value[0], str) and value[0] in _TAGS else value
    parts = [lines for child in children if (lines := _lines(child, key, named, depth + 1))]
    if len(parts) > 1 and all(len(part) == 1 for part in parts) and _is_one_line([part[0] for part in parts]):
        return ["".join(part[0] for part in parts)]
    return [line for part in parts for line in part]


def _may_hold(value: Any) -> bool:
    return isinstance(value, str | list | dict)


def _is_one_line(parts: list[str]) -> bool:
    """Whether most strings go on where the one before them ends."""
    goes_on = sum(
        1 for one, other in zip(parts, parts[1:], strict=False) if _OPEN.search(one[-40:]) or _GOES_ON.match(other)
    )
    return 2 * goes_on >= len(parts) - 1
