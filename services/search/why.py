"""Why a hit stands where it does: what each word added to its score, in which field. Pure.

Read from Elasticsearch's explanation, a tree of descriptions and values:
https://www.elastic.co/guide/en/elasticsearch/reference/8.19/search-explain.html
"""

import re
from collections.abc import Iterator
from typing import Any

_FIELD = r"(?P<field>[a-z_][\w.]*):(?P<text>.+)"
_TERMS = [re.compile(p, re.DOTALL) for p in (rf"weight\({_FIELD} in \d+\) \[\w*\].*", rf"{_FIELD}?(?:\^[\d.]+)?")]
_BEST = re.compile(r"max (?:plus ([\d.]+) times others )?of:")
_SUM = "sum of:"
_RECENCY = "Distance score"
_FIELDS = {"entities.name.words": "entity", "keyphrases.words": "keyphrase", "authors.words": "author"}
_STEMMED = re.compile(r"stemmed\.[^.]+\.")

Tree = dict[str, Any]


def why_of(hit: Tree) -> dict[str, Any]:
    """The score and the parts that make it up, largest first: `field`, `text` as it was looked for, `score`, and
    whether that field has stems. Recency is a part without text."""
    parts = sorted(_parts(hit["_explanation"], 1.0), key=lambda part: -part["score"])
    return {"score": round(hit["_score"], 4), "parts": [{**p, "score": round(p["score"], 4)} for p in parts]}


def _parts(tree: Tree, weight: float) -> Iterator[dict[str, Any]]:
    description, score = tree["description"], tree["value"] * weight
    if not score:
        return
    if description == _SUM:
        for one in tree["details"]:
            yield from _parts(one, weight)
    elif best := _BEST.fullmatch(description):
        others = weight * float(best[1] or 0)
        for number, one in enumerate(sorted(tree["details"], key=lambda d: -d["value"])):
            yield from _parts(one, others if number else weight)
    else:
        field, text, stemmed = _named(description)
        yield {"field": field, "text": text, "score": score, "stemmed": stemmed}


def _named(description: str) -> tuple[str, str, bool]:
    """Field, text, and whether the field has stems; what is neither a term nor recency is told as it is."""
    if description.startswith(_RECENCY):
        return "recency", "", False
    found = next(filter(None, (term.fullmatch(description) for term in _TERMS)), None)
    if not found:
        return "", description, False
    field = _STEMMED.sub("", found["field"])
    return _FIELDS.get(field, field), found["text"], field != found["field"]
