"""From the tree of a query to Elasticsearch's query DSL. Pure."""

from typing import Any

from services.contracts.urls import article_id
from services.search import weights as w
from services.search.qlang import All, AnyOf, Node, Not, Term

Query = dict[str, Any]


def match(node: Node | None, languages: tuple[str, ...]) -> Query:
    """The scoring query for a tree; everything matches when there is none.

    `languages` are the codes whose stemmed fields are searched besides the words as written.
    """
    return {"match_all": {}} if node is None else _node(node, _fields(languages))


def _fields(languages: tuple[str, ...]) -> list[str]:
    stemmed = [f"stemmed.{c}.{name}^{b}" for c in languages for name, b in w.WORDS_STEMMED.items()]
    return [*(f"{name}^{boost}" for name, boost in {**w.WORDS_AS_WRITTEN, **w.NAMES}.items()), *stemmed]


def _node(node: Node, fields: list[str]) -> Query:
    match node:
        case Term():
            return _term(node, fields)
        case Not(node=inner):
            return {"bool": {"must_not": [_node(inner, fields)]}}
        case AnyOf(nodes=nodes):
            return {"bool": {"should": [_node(n, fields) for n in nodes], "minimum_should_match": 1}}
        case All(nodes=nodes):
            return _all(nodes, fields)


def _all(nodes: tuple[Node, ...], fields: list[str]) -> Query:
    """Plain words may be missing in part; all else is demanded or forbidden."""
    words = [n for n in nodes if is_plain(n)]
    must = [_node(n, fields) for n in nodes if not is_plain(n) and not isinstance(n, Not)]
    query: Query = {"must": must, "must_not": [_node(n.node, fields) for n in nodes if isinstance(n, Not)]}
    if words:
        should = [_node(n, fields) for n in words]
        must.append({"bool": {"should": should, "minimum_should_match": w.MINIMUM_SHOULD_MATCH}})
    if len(words) > 1:
        text = " ".join(n.text for n in words if isinstance(n, Term))
        query["should"] = [
            {"match_phrase": {name: {"query": text, "slop": w.PHRASE_SLOP, "boost": w.PHRASE_BOOST * boost}}}
            for name, boost in w.WORDS_AS_WRITTEN.items()
        ]
    return {"bool": query}


def is_plain(node: Node) -> bool:
    """Whether it is a word that may be missing beside others."""
    return isinstance(node, Term) and node.kind == "word" and not node.field and not node.must


def _term(term: Term, fields: list[str]) -> Query:
    if term.kind == "url":
        return {"term": {"id": article_id(term.text)}}
    if term.kind == "any":
        return {"exists": {"field": w.EXACT_FIELDS.get(term.field or "", term.field)}}
    if term.field in w.EXACT_FIELDS:
        return _exact(term, w.EXACT_FIELDS[term.field])
    if term.field:
        stemmed = [f for f in fields if f.startswith("stemmed.") and f".{term.field}^" in f]
        fields = [term.field, *stemmed]
    if term.kind == "prefix":
        # Only the fields as written: a stem has no prefix that a reader would know of.
        written = [f for f in fields if not f.startswith("stemmed.")]
        return {"multi_match": {"query": term.text, "type": "bool_prefix", "fields": written}}
    # A word too is a phrase: the tokenizer makes several of `covid-19` or 東京, and one of them alone is not meant.
    phrase = {"query": term.text, "type": "phrase", "fields": fields, "tie_breaker": w.TIE_BREAKER}
    return {"multi_match": {**phrase, **({"slop": term.near} if term.near else {})}}


def _exact(term: Term, field: str) -> Query:
    kind = "prefix" if term.kind == "prefix" else "term"
    return {kind: {field: {"value": term.text, "case_insensitive": True}}}
