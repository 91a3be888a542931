"""Words of a language that say nothing of what a text is about."""

import importlib
from functools import cache

from services.enrich.data_files import lines
from services.enrich.words import TITLES

FILLERS = {
    language: frozenset(words.split()) for language, words in (line.split("\t") for line in lines("fillers.tsv"))
}
"""What news is full of whatever it is about, by language: "said", "according", "Tuesday", "million"."""
_LISTED_AS = {"no": "nb", "fil": "tl"}
"""Languages whose list has another code."""
_TITLES = frozenset(title.lower().rstrip(".") for title in TITLES)


@cache
def stop_words(language: str) -> frozenset[str]:
    """Stop words and fillers of `language` (ISO 639-1) in lower case; none when spaCy has no list of the language."""
    try:
        module = importlib.import_module(f"spacy.lang.{_LISTED_AS.get(language, language)}.stop_words")
    except (ModuleNotFoundError, ValueError):
        return frozenset()
    return frozenset(module.STOP_WORDS) | FILLERS.get(language, frozenset()) | _TITLES
