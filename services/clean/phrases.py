"""The phrases of furniture.yaml, compiled for comparing lines."""

import re
from functools import cache
from pathlib import Path

import yaml

from services.clean.words import UNSPACED, bare

_FILE = Path(__file__).with_name("furniture.yaml")
_DIGITS = re.compile(r"\d+")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_SHORT = 4


@cache
def phrases(kind: str) -> frozenset[str]:
    """Every phrase of a kind in every language, as words.bare spells it. Raises KeyError for an unknown kind."""
    return frozenset(filter(None, (bare(phrase) for words in _data()[kind].values() for phrase in words)))


@cache
def starts(kind: str) -> re.Pattern[str]:
    """Matches a bare line that begins with a phrase of `kind`: whole words, where the script sets spaces."""
    longest_first = sorted(phrases(kind), key=len, reverse=True)
    either = "|".join(re.escape(phrase) for phrase in longest_first)
    return re.compile(rf"(?:{either})(?=\s|$|(?<=[{UNSPACED}]))")


@cache
def says(kind: str) -> re.Pattern[str]:
    """Finds a phrase of `kind` in a bare line, at the beginning of a word where the script sets spaces; one of at most
    _SHORT bytes ("app") is a word of its own."""
    return re.compile("|".join(map(_inside, sorted(phrases(kind)))))


def is_phrase(line: str, kind: str) -> bool:
    """Whether the whole line is a phrase of `kind`; numbers in it do not count ("3 comments", "Comments (12)")."""
    key = bare(line)
    return key in phrases(kind) or " ".join(_DIGITS.sub(" ", key).split()) in phrases(kind)


def _inside(phrase: str) -> str:
    if _UNSPACED.search(phrase):
        return re.escape(phrase)
    return rf"(?<!\S){re.escape(phrase)}" + (r"(?!\S)" if len(phrase.encode()) <= _SHORT else "")


@cache
def _data() -> dict[str, dict[str, list[str]]]:
    loaded: dict[str, dict[str, list[str]]] = yaml.safe_load(_FILE.read_text("utf-8"))
    return loaded
