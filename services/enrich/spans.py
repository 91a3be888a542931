"""A span of text that names something, and the trimming of spans to the name itself."""

import re
from dataclasses import dataclass

from services.contracts.messages import EntityType
from services.enrich.words import ARTICLES, NO_ACRONYMS, NO_NAMES, TITLES

LONGEST_HEADLINE = 300
MAX_LENGTH = 100
"""Characters; what is longer is a sentence that the model took for a name."""

_EDGE = "\u200b\ufeff\"'`´“”„‘’‚«»‹›()[]{}<>,;:!?¡¿-–—_*•·|/\\@#&+=~^…%$€£"
# Possessives, and words that lead on to something else.
_TRAILING = re.compile(
    r"(?<=\w)(?:['’´`]s|['’]|(?:,? (?:and|of|for|in|on|at|the|to|und|et|y|e|de|la)))$", re.IGNORECASE
)
_ABBREVIATION = re.compile(r"(?:\b\w|\b(?:Inc|Corp|Ltd|Co|Jr|Sr|St|Bros|Cie|Mt|Ft|Dept|Univ|Gen|Gov|Sen|Rep))\.$")
_ADDRESS = re.compile(r"://|www\.|@|[\w-]\.(?:com|org|net|html?|php|co\.uk)\b", re.IGNORECASE)
_OFFICE = re.compile(rf"(?:{'|'.join(map(re.escape, TITLES))}) (?:of|for|de|du|des|da|do|del|della|der|für) ")
_JUNK = re.compile(r"[{}<>\\^~=\x00-\x08\x0e-\x1f\ufffd]")
_LINE_END = re.compile(r"[\r\n\u2028\u2029]")
_WORD = re.compile(r"[^\W\d_]+")
_ACRONYM = re.compile(r"[A-ZÀ-ÖØ-Þ]{3,6}")
_DATELINE = re.compile(r"[^a-zß-öø-ÿ]{3,} [-–—] ")
_DASH = re.compile(r" [-–—] ")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of a text; `known` is the id of an entry of the alias table."""

    start: int
    end: int
    type: EntityType
    known: str | None = None
    weak: bool = False
    """Found by a model where capitals say nothing: it needs to be confirmed by the rest of the article."""
    told: bool = False
    """Whether words in or around it tell its type, so that it is no guess of a model."""


def surface(text: str, span: Span) -> str:
    """The name as it stands in the text, on one line."""
    return " ".join(text[span.start : span.end].split())


def lower_words(text: str) -> frozenset[str]:
    """The words that the text has in lower case."""
    return frozenset(word for word in _WORD.findall(text) if word.islower())


def is_acronym(name: str) -> bool:
    """Whether `name` is written as an acronym of three to six letters is, and no general noun ("GDP")."""
    return bool(_ACRONYM.fullmatch(name)) and name not in NO_ACRONYMS


def line_of(text: str, at: int) -> str:
    """The line of `text` that character `at` is in; of a longer one than a headline, the part around it."""
    first, last = max(0, at - LONGEST_HEADLINE), min(len(text), at + LONGEST_HEADLINE)
    end = text.find("\n", at, last)
    return text[max(first, text.rfind("\n", first, at) + 1) : end if end >= 0 else last]


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The name within `text[start:end]`, or None if there is none.

    Articles, forms of address, possessives and stray punctuation are no part of a name; it ends with its line.
    """
    end = min(end, _line_end(text, start, end))
    before = None
    while before != (start, end):
        before = (start, end)
        start, end = _strip(text, start, end)
        start += len(_leading(text[start:end]))
        if found := _TRAILING.search(text, start, end):
            end = found.start()
        if dash := _DASH.search(text, start, end):
            end = dash.start()
        end = _bracket(text, start, end)
    return (start, end) if _is_name(text[start:end]) else None


def _line_end(text: str, start: int, end: int) -> int:
    """Where the first line with anything on it ends: a name never goes on after a line break."""
    while start < end and text[start].isspace():
        start += 1
    found = _LINE_END.search(text, start, end)
    return found.start() if found else end


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (_is_edge(text[start]) or text[start] == "."):
        start += 1
    while start < end and (
        _is_edge(text[end - 1]) or (text[end - 1] == "." and not _ABBREVIATION.search(text[start:end]))
    ):
        end -= 1
    return start, end


def _is_edge(character: str) -> bool:
    return character in _EDGE or character.isspace()


def _leading(name: str) -> str:
    """The article, title or dateline ("CAPE TOWN - ") at the front of `name`, with the space after it."""
    if dateline := _DATELINE.match(name):
        return dateline.group()
    head, space, rest = name.partition(" ")
    return head + space if head.lower() in ARTICLES or (head in TITLES and rest[:1].isupper()) else ""


def _bracket(text: str, start: int, end: int) -> int:
    """Where the name ends if a bracket in it is not closed: before it, or after the closing one of "JD(S)"."""
    name = text[start:end]
    if name.count("(") <= name.count(")"):
        return end
    if text[end : end + 1] == ")" and " (" not in name:
        return end + 1
    return start + name.rindex("(")


def _is_name(name: str) -> bool:
    if (
        len(name) > MAX_LENGTH
        or _OFFICE.match(name)
        or _ADDRESS.search(name)
        or _JUNK.search(name)
        or " ".join(name.lower().split()) in NO_NAMES
    ):
        return False
    letters = _LETTERS.findall(name)
    # Two letters at least, half of the name at least, and a capital where the script has them.
    return len(letters) >= 2 and 2 * len(letters) >= len(name) and (name != name.lower() or name == name.upper())
