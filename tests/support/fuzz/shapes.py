"""Documents whose shape is hostile: nested deep, siblings without end, attributes of megabytes."""

import random
from collections.abc import Sequence

from support.fuzz.raw import length

_TAGS = (
    "div", "p", "span", "a href=/x", "a href=/author/x", "b", "table", "tr", "td", "table><tr><td", "ul><li", "dl><dd",
    "article", "section", "figure", "figcaption", "blockquote", "pre", "h1", "h2", "h3", "nav", "aside", "footer",
    "form",
    "button", "select", "noscript", "svg", "font", "br", "time datetime=2026-11-01", "div class=author",
    "div class=date",
    "div rel=author", "div itemprop=author", "p itemprop=name", "div class=related-articles", "div class=byline", "em",
    "div style=display:none", "header", "address", "iframe", "object", "video", "math", "label", "script", "template",
    "h2><a href=/x", "article><h2><a href=/y",
)  # fmt: skip
_PROSE = "The stone bridge over the river opened again on Monday, the county said in a long report on its repairs. "
_WORDS = ("x", "", " ", "By Ann Lee", "3 March 2026", _PROSE, "Read more", "漢字" * 30, "<br>", "&nbsp;")
_ATTRIBUTES = (
    "class", "id", "href", "style", "content", "title", "datetime", "itemprop", "rel", "role", "lang", "name",
    "property",
    "data-x", "type", "srcset",
)  # fmt: skip
_VALUES = (
    "x",
    "x ",
    "a-b_c",
    "hidden ",
    "aA",
    "&amp;",
    "%20",
    "/",
    "../",
    "2026-11-01T",
    ":",
    "(",
    "author ",
    "1",
    "é",
    "=",
    ",",
)
_HOLDERS = (
    "div",
    "p",
    "a",
    "meta",
    "html",
    "body",
    "time",
    "h1",
    "link rel=canonical",
    "script",
    "img",
    "article",
    "td",
)


def nested(rng: random.Random, _: Sequence[bytes]) -> bytes:
    """Up to 1,000 levels of one to three tags, once in 70 100,000; closed, or not; with something inside and
    between. Or that many siblings."""
    depth = min(length(rng, 2.8, 5.0), 100_000)
    tags = rng.choices(_TAGS, k=rng.randint(1, 3))
    between, inside = rng.choice(_WORDS), rng.choice(_WORDS) * length(rng, 2.0, 4.5)
    level = "".join(f"<{tag}>" for tag in tags) + between
    closing = "".join(f"</{name.split()[0]}>" for tag in reversed(tags) for name in reversed(tag.split("><")))
    siblings = rng.random() < 0.3
    if siblings:
        html = f"{level}{closing}" * depth + inside
    else:
        html = level * depth + inside + (closing + between) * (depth if rng.random() < 0.6 else 0)
    return _page(rng, html)


def attributes(rng: random.Random, _: Sequence[bytes]) -> bytes:
    """One attribute of up to 20 KB, once in 70 8 MB; or up to as many attributes; or elements with one each."""
    value = rng.choice(_VALUES)
    name, holder = rng.choice(_ATTRIBUTES), rng.choice(_HOLDERS)
    size = length(rng, 4.3, 6.9)
    kind = rng.random()
    if kind < 0.6:
        given = f'{name}="{value * (size // len(value))}"'
    elif kind < 0.8:
        given = " ".join(f'{name}{n}="{value}"' for n in range(size // 20))
    else:
        return _page(rng, f'<{holder} {name}="{value * 20}">{_PROSE}</{holder}>' * (size // 200))
    return _page(rng, f"<{holder} {given}>{_PROSE}</{holder.split()[0]}>")


def _page(rng: random.Random, html: str) -> bytes:
    prose = f"<p>{_PROSE * 3}</p>" * rng.choice((0, 3))
    head = rng.choice(("", "<title>A bridge opens</title><h1>A bridge opens</h1>"))
    return f"<html>{head}<body>{prose}{html}{prose}".encode()
