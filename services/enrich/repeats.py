"""Further places of the names that were found: a model that saw a name once often misses it the next time."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ahocorasick_rs import AhoCorasick

from services.contracts.messages import EntityType
from services.enrich.headings import in_capitals
from services.enrich.lexicon import is_word, longest
from services.enrich.ordered import Ordered
from services.enrich.spans import Span, line_of, lower_words

_REPEATED = frozenset({"person", "organisation", "place", "group"})
_NEXT = re.compile(r" ([^\W\d_])\w")
_BEFORE = re.compile(r"\b([^\W\d_])[\w.]* $")


def repeats(text: str, spans: Sequence[Span], types: Mapping[str, EntityType]) -> Iterator[Span]:
    """Spans of names in `types` in those parts of `text` that `spans` leave free."""
    lower = lower_words(text)
    names = [n for n, t in types.items() if t in _REPEATED and _stands_alone(n, lower)]
    if not names:
        return
    taken = Ordered(spans)
    for index, start, end in longest(AhoCorasick(names).find_matches_as_indexes(text, overlapping=True)):
        name = names[index]
        if not taken.over(start, end) and is_word(text, start, end) and not _in_longer(text, start, end, types[name]):
            yield Span(start, end, types[name])


def _stands_alone(name: str, lower: frozenset[str]) -> bool:
    """Whether `name` wherever it stands is that name: several words, or one that is no common word of this text."""
    return len(name) > 2 and (" " in name or name.lower() not in lower)


def _in_longer(text: str, start: int, end: int, type_: EntityType) -> bool:
    """Whether a single word is part of a longer run of words with capitals, so of another name."""
    if " " in text[start:end] or in_capitals(line_of(text, start)):
        return False
    after, before = _NEXT.match(text, end), _BEFORE.search(text, max(0, start - 30), start)
    return bool(after and after.group(1).isupper()) or bool(before and before.group(1).isupper() and type_ != "person")
