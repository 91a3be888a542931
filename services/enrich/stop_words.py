"""Words of a language that say nothing of what a text is about."""

import runpy
from functools import cache
from pathlib import Path

import spacy.lang

from services.enrich.data_files import lines
from services.enrich.words import TITLES

FILLERS = {
    language: frozenset(words.split()) for language, words in (line.split("\t") for line in lines("fillers.tsv"))
}
"""What news is full of whatever it is about, by language: "said", "according", "Tuesday", "million"."""
_LANGUAGES = Path(spacy.lang.__file__).parent
_LISTED_AS = {"no": "nb", "fil": "tl"}
"""Languages whose list has another code."""
_TITLES = frozenset(title.lower().rstrip(".") for title in TITLES)


@cache
def stop_words(language: str) -> frozenset[str]:
    """Stop words and fillers of `language` (ISO 639-1) in lower case; none when spaCy has no list of the language."""
    code = _LISTED_AS.get(language, language)
    file = _LANGUAGES / code / "stop_words.py"
    if not code.isalpha() or not file.exists():
        return frozenset()
    # By file: `import spacy.lang.fr.stop_words` makes the tokenizer too, which for French takes 7 s of processor time
    # in each worker, and on a busy machine the time limit of the first French article.
    return frozenset(runpy.run_path(str(file))["STOP_WORDS"]) | FILLERS.get(language, frozenset()) | _TITLES
