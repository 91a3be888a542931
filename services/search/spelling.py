"""Other spellings of words that the archive does not have. Builds the request and reads its answer. Pure.

Elasticsearch's term suggester looks each word up in the bodies' and titles' dictionary; it runs only when a search
found nothing, so that what is written exactly is never second-guessed.
"""

import re
from typing import Any

from services.search.qlang import parse
from services.search.wording import texts

_IN = ("body", "title")
_OPTIONS = {
    "suggest_mode": "missing",  # words that the archive has are left alone
    "max_edits": 2,
    "prefix_length": 1,
    "min_word_length": 4,
    "size": 1,
}
TIMEOUT = "3s"
_QUOTED = re.compile(r'"[^"]*"?')

Query = dict[str, Any]


def plain_words(q: str) -> list[str]:
    """The words of a query that may be misspelled: neither quoted nor excluded, and of no field with whole values."""
    return list(dict.fromkeys(texts(parse(q), "word")))


def build(words: list[str]) -> Query:
    """The body that asks for other spellings."""
    text = " ".join(words)
    suggest = {field: {"text": text, "term": {"field": field, **_OPTIONS}} for field in _IN}
    return {"size": 0, "track_total_hits": False, "timeout": TIMEOUT, "suggest": suggest}


def corrected(q: str, answer: Query) -> str | None:
    """The query with other spellings in it; None when there are none."""
    better: dict[str, str] = {}
    for field in _IN:
        for entry in answer.get("suggest", {}).get(field, []):
            for option in entry["options"][:1]:
                better.setdefault(entry["text"].casefold(), option["text"])
    if not better:
        return None
    wrong = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, better))})(?!\w)", re.IGNORECASE)
    parts, at = [], 0
    for quoted in _QUOTED.finditer(q):  # what is quoted is meant as it is
        parts += [_replaced(q[at : quoted.start()], wrong, better), quoted[0]]
        at = quoted.end()
    found = "".join([*parts, _replaced(q[at:], wrong, better)])
    return found if found != q else None


def _replaced(text: str, wrong: "re.Pattern[str]", better: dict[str, str]) -> str:
    return wrong.sub(lambda found: better.get(found[0].casefold(), found[0]), text)
