"""The query language of `q`, parsed into a small tree.

    query  := and (OR and)*            and := item+
    item   := [+|-|NOT] (group | field:value | field:* | URL | "phrase" | "near"~N | prefix* | word)

`"storm lisbon"~5`: these words, at most 5 places away from standing like that. `author:*`: whatever has an author.

What has neither letter nor digit (`a - b`, `Tom & Jerry`, `""`) names nothing that could be found and is passed over.

Pure, and total: any text gives a tree or a QueryError with a position; nothing is ever handed to
Elasticsearch as a query string, which would let one user break or slow the search.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

MAX_LENGTH = 1000
MAX_ITEMS = 64
MAX_DEPTH = 8
MIN_PREFIX = 2
MAX_NEAR = 100
TEXTS = ("title", "description", "body")
FIELDS = (*TEXTS, "author", "entity", "topic", "source", "domain", "language", "story", "tag", "kind")


class QueryError(ValueError):
    """The query can not be understood; `position` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


@dataclass(frozen=True)
class Term:
    """A word, a phrase, a prefix, an article's URL or any value; anywhere or in one field. `must`: written with +.

    `near`: by how many places the words of a phrase may stand otherwise.
    """

    text: str
    kind: str = "word"  # word, phrase, prefix, url, any
    field: str | None = None
    must: bool = False
    near: int = 0


@dataclass(frozen=True)
class Not:
    """What must not match."""

    node: "Node"


@dataclass(frozen=True)
class All:
    """Items that belong together."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class AnyOf:
    """Alternatives."""

    nodes: tuple["Node", ...]


Node = Term | Not | All | AnyOf

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<sign>[+-](?=[^\s+\-)]))
      | (?P<open>\()
      | (?P<close>\))
      | (?P<url>(?i:https?)://[^\s"()]+)
      | (?P<any>[a-z_]+:\*(?=[\s)]|$))
      | (?P<field>[a-z_]+:(?=[^\s)]))
      | (?P<phrase>"[^"]*"(?:~[0-9]+)?)
      | (?P<quote>")
      | (?P<word>[^\s()"]+)""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(query: str) -> Node | None:
    """The tree of `query`; None when there is nothing to search for. Raises QueryError."""
    if len(query) > MAX_LENGTH:
        raise QueryError(f"the query has {len(query)} characters; at most {MAX_LENGTH} are allowed", MAX_LENGTH)
    tokens = [_Token(m.lastgroup or "", m.group(), m.start()) for m in _TOKEN.finditer(query)]
    tokens = _meaningful(tokens)
    if len(tokens) > 2 * MAX_ITEMS:
        raise QueryError(f"the query has too many parts; at most {MAX_ITEMS} are allowed", tokens[2 * MAX_ITEMS].at)
    if query.strip() and not tokens:
        raise QueryError("there is no word in this query", 0)
    return _Parser(tokens, len(query)).parse()


def _meaningful(tokens: Sequence[_Token]) -> list[_Token]:
    """Without space, and without words and phrases that name nothing, nor the sign or field before such."""
    kept: list[_Token] = []
    for token in tokens:
        text = _quoted(token.text)[0] if token.kind == "phrase" else token.text
        if token.kind in ("word", "phrase") and not any(map(_searchable, text)):
            while kept and (kept[-1].kind in ("sign", "field") or kept[-1].text == "NOT"):
                kept.pop()
        elif token.kind != "space":
            kept.append(token)
    return kept


def _searchable(character: str) -> bool:
    """Whether the standard tokenizer makes words of it: letters, digits, and emoji."""
    return character.isalnum() or ord(character) >= 0x1F000


class _Parser:
    def __init__(self, tokens: Sequence[_Token], end: int) -> None:
        self._tokens = tokens
        self._end = end
        self._next = 0
        self._items = 0

    def parse(self) -> Node | None:
        if not self._tokens:
            return None
        node = self._any_of(0)
        if (left := self._peek()) is not None:
            raise QueryError(f"unexpected {left.text!r}", left.at)
        return node

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self) -> _Token:
        token = self._peek()
        if token is None:
            raise QueryError("the query ends where a word was expected", self._end)
        self._next += 1
        return token

    def _any_of(self, depth: int) -> Node:
        nodes = [self._all(depth)]
        while (token := self._peek()) and token.kind == "word" and token.text == "OR":
            self._next += 1
            nodes.append(self._all(depth))
        return nodes[0] if len(nodes) == 1 else AnyOf(tuple(nodes))

    def _all(self, depth: int) -> Node:
        nodes: list[Node] = []
        while (token := self._peek()) and token.kind != "close" and token.text != "OR":
            if token.text != "AND":
                nodes.append(self._item(depth))
            else:
                self._next += 1
        if not nodes:
            at = token.at if token else self._end
            raise QueryError("a word was expected here", at)
        return nodes[0] if len(nodes) == 1 and not isinstance(nodes[0], Not) else All(tuple(nodes))

    def _item(self, depth: int) -> Node:
        token = self._take()
        if token.kind == "sign":
            node = self._atom(self._take(), depth)
            return Not(node) if token.text == "-" else _required(node)
        if token.kind == "word" and token.text == "NOT":
            return Not(self._atom(self._take(), depth))
        return self._atom(token, depth)

    def _atom(self, token: _Token, depth: int) -> Node:
        self._items += 1
        if self._items > MAX_ITEMS:
            raise QueryError(f"the query has too many parts; at most {MAX_ITEMS} are allowed", token.at)
        if token.kind == "open":
            return self._group(token, depth + 1)
        if token.kind == "field":
            return self._field(token, depth)
        if token.kind == "url":
            return Term(token.text, "url")
        if token.kind == "phrase":
            return _phrase(token)
        if token.kind == "any":
            return Term("", "any", _known(token, token.text[:-2]))
        if token.kind == "word":
            return _word(token)
        message = {"quote": "this quotation mark has no partner", "close": "this ) has no ("}
        raise QueryError(message.get(token.kind, f"unexpected {token.text!r}"), token.at)

    def _group(self, opening: _Token, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise QueryError(f"parentheses are nested more than {MAX_DEPTH} deep", opening.at)
        node = self._any_of(depth)
        closing = self._peek()
        if closing is None or closing.kind != "close":
            raise QueryError("this ( has no )", opening.at)
        self._next += 1
        return node

    def _field(self, token: _Token, depth: int) -> Node:
        value = self._atom(self._take(), depth)
        name = _known(token, token.text[:-1])
        if not isinstance(value, Term) or value.field:
            raise QueryError(f"{name}: takes a word or a phrase", token.at)
        if value.near and name not in TEXTS:
            raise QueryError(f"{name}: has whole values, in which nothing is near; ~ is for text", token.at)
        return replace(value, field=name)


def _known(token: _Token, field: str) -> str:
    if field not in FIELDS:
        raise QueryError(f"no field {field!r}; there are: {', '.join(FIELDS)}", token.at)
    return field


def _phrase(token: _Token) -> Term:
    text, near = _quoted(token.text)
    if near > MAX_NEAR:
        raise QueryError(f"words can be near by at most {MAX_NEAR} places", token.at)
    return Term(text, "phrase", near=near)


def _quoted(phrase: str) -> tuple[str, int]:
    """What stands in the quotation marks, and the number behind them; 0 without."""
    text, _, near = phrase[1:].rpartition('"')
    return text.strip(), int(near[1:] or 0)


def _word(token: _Token) -> Term:
    text = token.text
    if text.endswith("*") and text.strip("*"):
        stem = text.rstrip("*")
        if len(stem) < MIN_PREFIX:
            raise QueryError(f"a prefix needs at least {MIN_PREFIX} characters before *", token.at)
        return Term(stem, "prefix")
    return Term(text)


def _required(node: Node) -> Node:
    return replace(node, must=True) if isinstance(node, Term) else All((node,))
