"""What a page says about itself, broken: titles, authors, dates, addresses, JSON-LD."""

import json
import random
from collections.abc import Sequence
from typing import Any

from support.fuzz.raw import length

_PROSE = "<p>The stone bridge over the river opened again on Monday, the county said in a long report.</p>" * 4
_TOKENS = (
    "By ", "by ", "Von ", "(", ")", "((", ",", ", ", "|", " | ", " - ", "—", ": ", "Ann Lee", " and ", "A", "a",
    "'s", "\t", " ",
    "\n", "\u3000", "\u200b", "\u0130", "\u202e", "3 March 2026", "2026", "1", "31.02.2026", "99/99/9999", "-", "T",
    ":",
    "+99:99", "Z", "é", "e\u0301", "漢", "作者：", "<b>", "&lt;", "&#0;", "http://", "[", "]", "//", "%", "%ff", "?",
    "#",
    "updated", "jan", "January ", "st ", "of ", ".", "…", "?", "Written by ", "editor, ", "null", "\\u0000",
    "\\ud800", '"', "\\",
)  # fmt: skip
_FIELDS = (
    "headline", "author", "creator", "datePublished", "dateModified", "dateCreated", "publisher", "image", "keywords",
    "articleSection", "description", "inLanguage", "isAccessibleForFree", "@type", "@id", "@graph", "articleBody",
    "name",
    "url", "mainEntityOfPage", "isPartOf",
)  # fmt: skip
_METAS = (
    "author", "og:title", "twitter:title", "article:published_time", "article:modified_time", "og:site_name",
    "og:image",
    "og:url", "og:locale", "keywords", "description", "date", "og:type", "twitter:label1", "twitter:data1", "robots",
)  # fmt: skip
_BESIDE = (
    "<p class=byline>{}</p>", "<span class=date>{}</span>", "<time datetime='{}'>x</time>",
    "<div itemprop=author>{}</div>",
    "<a rel=author href=/author/x>{}</a>", "by <a href=/author/x>{}</a>", "<h1>{}</h1>", "<title>{}</title>",
    "<h2>{}</h2>",
    "<link rel=canonical href='{}'>", "<html lang='{}'>", "<time pubdate datetime='{}'>", "<p>{}</p>",
)  # fmt: skip


def facts(rng: random.Random, _: Sequence[bytes]) -> bytes:
    """A small article whose head and byline are made of tokens that their parsers look for."""
    metas = "".join(
        f'<meta name="{rng.choice(_METAS)}" content="{_value(rng)}">' * rng.choice((1, 1, 1, 50))
        for _ in range(rng.randint(0, 6))
    )
    beside = "".join(rng.choice(_BESIDE).format(_value(rng)) for _ in range(rng.randint(0, 6)))
    data = _json(rng) if rng.random() < 0.7 else ""
    return f"<html><head>{metas}{data}</head><body>{beside}{_PROSE}".encode("utf-8", "surrogatepass")


def _value(rng: random.Random) -> str:
    """Tokens in a row, or a few over and over."""
    tokens = rng.choices(_TOKENS, k=rng.randint(1, 12))
    return "".join(tokens) * (length(rng, 2.5, 5.5) if rng.random() < 0.1 else 1)


def _json(rng: random.Random) -> str:
    text = json.dumps(_node(rng, 0), ensure_ascii=rng.random() < 0.5)
    if rng.random() < 0.3:
        at = rng.randint(0, len(text))
        text = text[:at] + rng.choice((",", "]", "}", '"', "{", "/*", "\x00", "NaN", "1e999", "9" * 5000)) + text[at:]
    if rng.random() < 0.02:
        text = rng.choice(("[", '{"a":', '{"@graph":[')) * length(rng, 4.0, 5.5)
    if rng.random() < 0.2:
        text = rng.choice(("<!--", "/*x*/", "//<![CDATA[", ";" * 500, "/*" * 500)) + text
    return f"<script type='application/ld+json'>{text}</script>"


def _node(rng: random.Random, depth: int) -> Any:
    kind = rng.random()
    if depth > 5 or kind < 0.3:
        return rng.choice((None, True, 0, -1, 1e300, 10**30, "", "NewsArticle", "#a", _value(rng), _value(rng)))
    if kind < 0.5:
        many = rng.random() < 0.05
        return (
            [{"@id": "#a"}] * length(rng, 3.0, 5.0)
            if many
            else [_node(rng, depth + 1) for _ in range(rng.randint(0, 4))]
        )
    node = {rng.choice(_FIELDS): _node(rng, depth + 1) for _ in range(rng.randint(0, 7))}
    if rng.random() < 0.5:
        node["@type"] = rng.choice(("NewsArticle", "Article", "Person", "ItemList", ["NewsArticle", "x"]))
    if rng.random() < 0.2:
        node = {"@id": "#a"}
    return node
