"""What a page carries beside what it shows: data for its scripts, templates, texts for readers without scripts."""

import json
import re
from collections.abc import Iterator, Sequence, Set
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from services.clean.flattened import flight_rows, is_devalue, unflattened
from services.clean.scripts import LEAST_CHARS, values_in

_MOST_CHARS = 8_000_000
"""Of all that is looked through on one page."""
_PUSHED = "__next_f"
_NAMED = re.compile(r"""([A-Za-z_$][\w$.]*)(?:\[["']([\w$-]+)["']\])?\s*=(?![=>])""")
_MARKUP = frozenset(("text/html", "text/template", "text/x-template", "text/x-handlebars-template", "text/plain"))
# What servers hand to React, Vue and Inertia in attributes: data-page, data-props, data-react-props, props.
_IN_ATTRIBUTES = "//*[@data-page or @data-props or @data-react-props or @data-state or @props]"
_ASIDE = "//noscript | //template | //*[@itemprop='articleBody']"


def embedded(tree: HtmlElement, words: Sequence[str] = ()) -> Iterator[tuple[str, Any]]:
    """Values and where they are: JSON of any shape, or HTML as a string; where `words` are given, of those texts only
    that have one of them. Changes nothing."""
    left = _MOST_CHARS
    wanted = {*words, *(json.dumps(one)[1:-1] for one in words)}
    pushed: list[str] = []
    for where, text in _texts(tree):
        if where == _PUSHED:
            pushed.append(text)
            continue
        if len(text) > left or not _has(text, wanted):
            continue
        left -= len(text)
        if where == "html":
            yield "template", text
        else:
            for value in values_in(text):
                yield where, unflattened(value) if is_devalue(value) else value
    if sum(map(len, pushed)) <= left and any(_has(text, wanted) for text in pushed):
        for row in flight_rows([value for text in pushed for value in values_in(text, 0)]):
            yield _PUSHED, row
    yield from _elements(tree, wanted)


def _has(text: str, wanted: Set[str]) -> bool:
    return not wanted or any(one in text for one in wanted)


def _texts(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    for script in tree.iter("script"):
        text, kind = script.text or "", (script.get("type") or "").partition(";")[0].strip().lower()
        if kind in _MARKUP and len(text) >= LEAST_CHARS:
            yield "html", text
        elif _PUSHED in text:
            yield _PUSHED, text
        elif len(text) >= LEAST_CHARS and not kind.endswith("ld+json"):
            yield script.get("id") or _name(text, kind), text
    for element in tree.xpath(_IN_ATTRIBUTES):
        for name, text in element.attrib.items():
            if len(text) >= LEAST_CHARS and text[:1] in "{[":
                yield name, text


def _name(text: str, kind: str) -> str:
    named = _NAMED.search(text, 0, 300)
    return (named[2] or named[1]) if named else kind or "script"


def _elements(tree: HtmlElement, wanted: Set[str]) -> Iterator[tuple[str, str]]:
    """Elements that are not shown, or that the page says are the article's body (microdata)."""
    for element in tree.xpath(_ASIDE):
        where = "itemprop articleBody" if element.get("itemprop") else element.tag
        text = element.get("content") or etree.tostring(element, encoding="unicode", method="html", with_tail=False)
        if len(text) >= LEAST_CHARS and _has(text, wanted):
            yield where, _opened(text)


def _opened(text: str) -> str:
    """Without the outermost tag, that nobody reads in."""
    return re.sub(r"^<(noscript|template)\b[^<>]*>|</(noscript|template)>\s*$", "", text)
