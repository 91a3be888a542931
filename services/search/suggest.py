"""Completions of what is being typed: entities, words, titles. Builds requests and reads their answers. Pure.

Entities come from the counts of those in articles that name one that begins so; words come from the titles that match.
Only prefix and terms queries, no script: it is asked at each key.
"""

import html
from collections import Counter
from typing import Any, NamedTuple

from services.search.words import WORD, begins, fold, resembles, words

KINDS = ("entity", "word", "title")
TIMEOUT = "2s"
_TITLES = 100  # titles that are looked through for words
_ENTITIES = 500  # entities beside the one that is meant; the names that do not begin so are left out
_FUZZY = {"fuzziness": "AUTO", "prefix_length": 1, "max_expansions": 50, "operator": "and"}
_ENOUGH = 20_000  # titles that a short beginning may match before the search for them ends

Query = dict[str, Any]
Suggestion = dict[str, Any]


class Typed(NamedTuple):
    """What was typed; `typos` when words that are only alike are wanted."""

    text: str
    typos: bool = False

    @property
    def words(self) -> list[str]:
        """Its words, folded."""
        return words(self.text)

    def fits(self, name: str) -> bool:
        """Whether `name` may be meant."""
        return (resembles if self.typos else begins)(self.words, words(name))


def build_titles(typed: Typed) -> Query:
    """The body that asks for titles."""
    return {
        "query": _matching("title", typed),
        "size": _TITLES,
        "_source": ["id", "title", "language"],
        "sort": [{"_score": "desc"}, {"at": "desc"}],
        "timeout": TIMEOUT,
        "track_total_hits": False,
        "terminate_after": _ENOUGH,
    }


def build_entities(typed: Typed) -> Query:
    """The body that asks for entities, with the number of articles that name each."""
    return {
        "query": {"bool": {"filter": [_matching("entities.name.words", typed)]}},
        "size": 0,
        "timeout": TIMEOUT,
        "track_total_hits": False,
        "aggs": {"entities": {"terms": {"field": "facet.entity", "size": _ENTITIES}}},
    }


def _matching(field: str, typed: Typed) -> Query:
    text = " ".join(WORD.findall(typed.text))
    if typed.typos:
        return {"match": {field: {"query": text, **_FUZZY}}}
    return {"match_bool_prefix": {field: {"query": text, "operator": "and"}}}


def read(typed: Typed, titles: Query, entities: Query, kinds: list[str], size: int) -> list[Suggestion]:
    """Suggestions of the kinds wanted, at most `size` of each."""
    hits = [hit["_source"] for hit in titles["hits"]["hits"]]
    named = _entities(typed, entities)
    found = {
        "entity": named,
        "word": _words(typed, [hit["title"] for hit in hits], {e["text"].casefold() for e in named}),
        "title": _titles(typed, hits),
    }
    return [one for kind in KINDS if kind in kinds for one in found[kind][:size]]


def _entities(typed: Typed, answer: Query) -> list[Suggestion]:
    buckets = answer.get("aggregations", {}).get("entities", {"buckets": []})["buckets"]
    found = []
    for bucket in buckets:
        identity, _, name = bucket["key"].partition("|")
        if typed.fits(name):
            own = {"id": identity, "type": identity.partition(":")[0], "count": bucket["doc_count"]}
            found.append(_suggestion("entity", name, typed, own))
    return found


def _words(typed: Typed, titles: list[str], known: set[str]) -> list[Suggestion]:
    """What was typed with its last word completed, most frequent first; none that an entity's name says already."""
    *_, last = WORD.finditer(typed.text)
    ending = Typed(last[0], typed.typos)
    counts = Counter(word for title in titles for word in {w.casefold() for w in WORD.findall(title)})
    fitting = [word for word, _ in counts.most_common() if ending.fits(word) and fold(word) != fold(last[0])]
    before, after = typed.text[: last.start()], typed.text[last.end() :]
    return [_suggestion("word", before + word + after, typed, {}) for word in fitting if word not in known]


def _titles(typed: Typed, hits: list[Query]) -> list[Suggestion]:
    once = {hit["title"]: hit for hit in reversed(hits)}
    return [
        _suggestion("title", hit["title"], typed, {"id": hit["id"], "language": hit.get("language")})
        for hit in reversed(once.values())
    ]


def _suggestion(kind: str, text: str, typed: Typed, own: Query) -> Suggestion:
    return {"kind": kind, "text": text, "highlight": highlight(text, typed.words), **own}


def highlight(text: str, typed: list[str]) -> str:
    """HTML of the text with the beginnings of its words that were typed in `<mark>`; all else is escaped."""
    parts, at = [], 0
    for word in WORD.finditer(text):
        length = max((len(part) for part in typed if fold(word[0]).startswith(part)), default=0)
        if length:
            end = min(word.start() + length, word.end())
            parts += [html.escape(text[at : word.start()]), f"<mark>{html.escape(text[word.start() : end])}</mark>"]
            at = end
    return "".join([*parts, html.escape(text[at:])])
