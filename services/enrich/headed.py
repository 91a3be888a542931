"""Organisations and places in languages without a model: runs of words with capitals that a word tells.

Such a word begins the run ("Tribunal de Contas"), in German ends it ("Deutsche Forschungsgemeinschaft"), or is a common
noun before it ("el diario Reforma", "die Reederei Fairplay"). Acronyms count as organisations.
"""

import re
from collections.abc import Iterator, Sequence

from services.contracts.messages import EntityType
from services.enrich.headings import capitals_say_nothing
from services.enrich.ordered import Ordered
from services.enrich.spans import Span, is_acronym, line_of
from services.enrich.stop_words import stop_words
from services.enrich.words import HEADS, KIND_NOUNS

_CAPITAL = r"[^\W\d_a-zß-öø-ÿ][\w'’]*(?:-\w+)*"
_PARTICLES = r"(?:(?:de|da|do|dos|das|di|del|della|dell'|des|du|la|le|el|los|las|für|der|e|y|et) |d['’]|l['’]){0,2}"
_RUN = re.compile(rf"(?<![\w'’.-]){_CAPITAL}(?: {_PARTICLES}{_CAPITAL}){{0,6}}(?![\w-])")
_WORD_BEFORE = re.compile(r"([\w-]+) [\"«“„»]?$")
_LAST_HEADS = re.compile(
    r"(?:ministerium|institut|gesellschaft|stiftung|gericht|bundesamt|verband|universität|hochschule|gewerkschaft"
    r"|gemeinschaft|behörde|kommission|zeitung)$"
)
"""Ends of German compounds."""


def headed(text: str, language: str, taken: Sequence[Span]) -> Iterator[Span]:
    """What `text` names so, where `taken` leaves it free or lies within."""
    if language not in KIND_NOUNS:
        return
    known = Ordered(taken)
    for run in _RUN.finditer(text):
        if capitals_say_nothing(line_of(text, run.start())):
            continue
        start = _after_articles(run, language)
        person = next((s for s in known.over(start, run.end()) if s.type == "person" and s.start > start), None)
        found = _span(text, start, person.start - 1 if person else run.end(), language)
        if found and all(_within(span, found) for span in known.over(found.start, found.end)):
            yield found


def _after_articles(run: re.Match[str], language: str) -> int:
    """Where `run` begins without the words at the start of a sentence that are never part of a name: "El PSOE"."""
    start = run.start()
    for word in run.group().split()[:-1]:
        if (word.isupper() and len(word) > 1) or word.lower() not in stop_words(language):
            break
        start += len(word) + 1
    return start


def _within(span: Span, whole: Span) -> bool:
    """Whether `span` is a place in the longer name `whole`: "Banco de Chile"."""
    return whole.start < span.start and span.end <= whole.end and span.type == "place"


def _span(text: str, start: int, end: int, language: str) -> Span | None:
    """The name at `start` to `end`, if it is one."""
    words = text[start:end].split()
    before = _WORD_BEFORE.search(text, max(0, start - 30), start)
    nouns = KIND_NOUNS[language]
    if before and (told := nouns.get(before.group(1))):
        return Span(start, end, told, told=True)
    if language == "de" and len(words) > 1 and (told := nouns.get(words[0].lower())):
        return Span(start + len(words[0]) + 1, end, told, told=True)
    if told := _head(words, language):
        return Span(start, end, told, told=True)
    return Span(start, end, "organisation") if is_acronym(text[start:end]) else None


def _head(words: Sequence[str], language: str) -> EntityType | None:
    if len(words) < 2:
        return None
    first, last = words[0].lower(), words[-1].lower()
    if len(first) > 3 and first in HEADS and first not in stop_words(language):
        return HEADS[first][0]
    german = language == "de" and (_LAST_HEADS.search(last) or _LAST_HEADS.search(first))
    return "organisation" if german else None
