"""The texts in a JSON value that may be an article: which strings belong together, and as which lines.

Nobody knows all shapes in which sites keep their articles: a string of HTML, a list of paragraphs, blocks of blocks of
runs. What they have in common: the paragraphs of a text are found by the same keys, whatever their places in lists, in
one object with a title and an address of its own, if they are in any.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from services.clean.scripts import value_of

_PROSE_CHARS = 80
_RUN_CHARS = 20
_LEAST_CHARS = 500
_MOST_NODES = 100_000
_MOST_DEPTH = 48
_MOST_TEXTS = 12
_TITLES = ("title", "headline", "headlines")
_ADDRESSES = (
    "url", "link", "href", "slug", "path", "permalink", "canonical_url", "canonicalUrl", "website_url", "uri", "id",
    "_id",
)  # fmt: skip
# "Article:65897191", "5dd2e0e7e4b0689383393a7d": keys that are ids say nothing.
_IDENTITY = re.compile(r"\d")
_CODE = re.compile(r"\s*(?:https?:|data:|function\b|@media)")
_BRACES, _LOOK = 60, 2000
_SPACED = re.compile(r"\s\S")

Trail = tuple[Any, ...]


@dataclass
class Text:
    """Strings with the same keys above them: `keys` from the page's data down, the `title` of the object they belong
    to (empty: none), the smallest value `root` that holds them all, and how many characters they have."""

    keys: tuple[str, ...]
    title: str
    size: int = 0
    root: Any = None
    trail: Trail = field(default=(), repr=False)


def texts_in(value: Any) -> list[Text]:
    """The longest texts in `value`, longest first."""
    found: dict[tuple[int, tuple[str, ...]], Text] = {}
    for place, text in _prose(value):
        group = found.get((place.owner, place.keys))
        if group is None:
            group = found[place.owner, place.keys] = Text(place.keys, place.title, 0, text, place.trail)
        else:
            group.trail = _common(group.trail, place.trail)
            group.root = group.trail[-1]
        group.size += len(text)
    long = (text for text in found.values() if text.size >= _LEAST_CHARS)
    return sorted(long, key=lambda text: -text.size)[:_MOST_TEXTS]


def _common(one: Trail, other: Trail) -> Trail:
    at = 0
    while at < min(len(one), len(other)) and one[at] is other[at]:
        at += 1
    return one[:at]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value is: identity and title of its owner, its keys, and the values that hold it."""

    owner: int = 0
    title: str = ""
    keys: tuple[str, ...] = ()
    trail: Trail = ()


def _prose(value: Any) -> Iterator[tuple[_Place, str]]:
    """Each paragraph or longer text."""
    stack: list[tuple[Any, _Place]] = [(value, _Place())]
    seen: set[int] = set()  # what was unflattened may hold a value in many places, and itself
    for _ in range(_MOST_NODES):
        if not stack:
            return
        node, place = stack.pop()
        if isinstance(node, str):
            if (inner := _json(node)) is not None:
                stack.append((inner, place))
            elif _is_words(node):
                yield place, node
        elif id(node) not in seen and len(place.trail) < _MOST_DEPTH:
            seen.add(id(node))
            stack.extend(reversed(list(_inside(node, place))))


def _inside(node: list[Any] | dict[str, Any], place: _Place) -> Iterator[tuple[Any, _Place]]:
    """What may hold prose in an object or a list."""
    owner, title, keys, trail = place.owner, place.title, place.keys, (*place.trail, node)
    if isinstance(node, list):
        inner = _Place(owner, title, keys, trail)
        yield from ((child, inner) for child in node if _holds(child))
        return
    if own := _own_title(node):
        owner, title = id(node), own
    for key, child in node.items():
        if _holds(child):
            # Trees of nodes say "children" once for each level.
            below = keys if keys[-1:] == (key,) else (*keys, "*" if _IDENTITY.search(key) else key)
            yield child, _Place(owner, title, below, trail)


def _json(text: str) -> Any:
    """What a string holds that is JSON itself, as fetched answers are kept in SvelteKit's data."""
    return value_of(text) if len(text) >= _LEAST_CHARS and text[0] in "{[" and text[-1] in "}]" else None


def _holds(child: Any) -> bool:
    return isinstance(child, list | dict) or (isinstance(child, str) and (len(child) >= _PROSE_CHARS or _is_run(child)))


def _is_run(text: str) -> bool:
    """Whether it is a part of a paragraph, beside a link or words in italics: those begin or end with a space."""
    return len(text) >= _RUN_CHARS and (text[0].isspace() or text[-1].isspace())


def _is_words(text: str) -> bool:
    """Whether a string is no code and no address."""
    text = text[:_LOOK]
    if _CODE.match(text) or text.count("{") * _BRACES > len(text):
        return False
    return not text.isascii() or len(_SPACED.findall(text)) * 15 > len(text)


def _own_title(node: dict[str, Any]) -> str:
    """The title of what has an address too: an article, or a teaser of one."""
    if not any(node.get(key) for key in _ADDRESSES):
        return ""
    for key in _TITLES:
        value = node.get(key)
        if isinstance(value, dict):
            value = next((v for v in value.values() if isinstance(v, str)), None)
        if isinstance(value, str) and value.strip():
            return value
    return ""
