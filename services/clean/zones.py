"""Which elements hold furniture, by tag, role and the words in their class and id."""

import re
from collections.abc import Container
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path

import yaml
from lxml.html import HtmlElement

from services.clean.elements import short_text

_TAGS = {
    "nav": "navigation", "footer": "a footer", "aside": "an aside", "form": "a form", "figure": "a figure",
    "figcaption": "a caption", "dialog": "a dialog", "menu": "a menu", "fieldset": "a form", "caption": "a caption",
}  # fmt: skip
_DATA: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("zones.yaml").read_text("utf-8"))
_WORDS, _PAIRS, _WEAK, _BOXES, _LISTS, _READERS, _PICTURES, _ROLES = (
    frozenset(_DATA[k]) for k in ("words", "pairs", "weak", "boxes", "lists", "readers", "pictures", "roles")
)
_ENDS = tuple(_DATA["ends"])
STANDFIRSTS = frozenset(_DATA["standfirsts"])
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# "hidden md:block": hidden on small screens only.
_SHOWN = re.compile(r":(?:block|flex|grid|inline|table|contents)|visible|^show")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SPLIT = re.compile(r"[^a-z0-9\u00c0-\uffff]+")


# An element named so holds the article, whatever else its names say; "article-body__share" is only a part of it.
_CONTENT = re.compile(
    r"(?:(?:article|story|entry|post|news|main)[-_]{0,2}(?:body|content|text|main)|body[-_]{0,2}text)"
    r"(?=$|\s|--|[-_]+(?:content|text|body|wrapper|wrap|container|inner|area|\d))",
    re.IGNORECASE,
)


_UNNAMED = frozenset(("html", "body", "main", "h1", "h2", "h3", "h4", "h5", "h6"))
_MAX_ID_PARTS = 3
# Pages repeat their names, and sites their pages': so many are remembered, cut to so many characters.
_NAMES, _NAME_CHARS = 4096, 100
_FIGURE_CHARS = 600
_CAPTION_CHARS = 400
# An element with more in it is no picture: pictures in each other are not read through for each of them.
_CAPTION_ELEMENTS = 1000
_CLASS_CHARS = 1000
_BESIDE_PICTURES = frozenset(("text", "content", "has", "with", "no"))


def zone_of(element: HtmlElement, linked: Container[HtmlElement]) -> str | None:
    """What kind of furniture the element holds, for people, or None. `linked`: the elements with links in them."""
    tag = element.tag
    if tag in ("html", "body", "main"):
        return None
    if element.get("hidden") is not None or _HIDDEN.search(element.get("style") or ""):
        return "hidden"
    if tag == "figure":
        return "a figure" if _is_picture(element) else None
    if reason := _TAGS.get(tag):
        return reason
    if (element.get("role") or "").lower() in _ROLES:
        return f"role {element.get('role')}"
    if "author" in (element.get("itemprop") or "").lower().split() or element.get("rel") == "author":
        return "a byline"
    return None if tag in _UNNAMED else _named(element, linked)


def _is_picture(figure: HtmlElement) -> bool:
    """A picture with its caption; figures hold tables and parts of articles too."""
    return short_text(figure, _FIGURE_CHARS) is not None and figure.find(".//table") is None


def _named(element: HtmlElement, linked: Container[HtmlElement]) -> str | None:
    names = (element.get("class") or "").split()
    # Long ids are made of the text of a heading: "effective-menu-management".
    identity = element.get("id") or ""
    if len(parts_of(identity)) <= _MAX_ID_PARTS:
        names.append(identity)
    if len(names) > 40 or _CONTENT.search(" ".join(names)):
        return None
    if "hidden" in names and not any(_SHOWN.search(name) for name in names):
        return "hidden"
    for name in names:
        word = _word_of(name[:_NAME_CHARS])
        if word and (word not in _LISTS or element in linked):
            return f"{'may be' if word in _WEAK else 'a box' if word in _BOXES else 'named'} “{word}”"
    return "a picture" if any(_says_picture(name[:_NAME_CHARS]) for name in names) and _is_captioned(element) else None


@lru_cache(_NAMES)
def _word_of(name: str) -> str | None:
    """The word in a class or id that says furniture."""
    parts = parts_of(name)
    return (
        next((p for p in parts if p in _WORDS), None)
        or next((f"{a} {b}" for a, b in pairwise(parts) if f"{a}_{b}" in _PAIRS), None)
        or next((end for p in parts for end in _ENDS if p.endswith(end)), None)
    )


@lru_cache(_NAMES)
def _says_picture(name: str) -> bool:
    parts = parts_of(name)
    return not _PICTURES.isdisjoint(parts) and _BESIDE_PICTURES.isdisjoint(parts)


def _is_captioned(element: HtmlElement) -> bool:
    """A picture with its caption; with a heading it is an item of a list, or a part of the article."""
    inside = list(islice(element.iter(), _CAPTION_ELEMENTS + 1))
    tags = {e.tag for e in inside}
    if len(inside) > _CAPTION_ELEMENTS or tags.isdisjoint(("img", "picture")):
        return False
    return tags.isdisjoint(("h1", "h2", "h3", "h4")) and len(element.text_content()) <= _CAPTION_CHARS


def is_of_readers(reason: str) -> bool:
    """Whether it holds what readers write, or the terms they agree to: often longer than the article."""
    return any(f"“{word}”" in reason for word in _READERS)


def is_furniture(name: str) -> bool:
    """Whether a name says so surely: no word that names whole articles too, and no article's body."""
    word = _word_of(name[:_NAME_CHARS])
    return word is not None and word not in _WEAK and not _CONTENT.search(name)


def is_furniture_block(kind: str) -> bool:
    """Whether a block of an article that is of such a kind is none of its paragraphs: "core/image", "relatedLinks"."""
    return _word_of(kind[:_NAME_CHARS]) is not None or _says_picture(kind[:_NAME_CHARS])


def class_parts(element: HtmlElement) -> list[str]:
    """The words of its classes. No class is so long as to be cut, and lines that share an element each ask."""
    return parts_of((element.get("class") or "")[:_CLASS_CHARS])


def parts_of(name: str) -> list[str]:
    """The words of a name, in lower case: ["article", "body"] of "articleBody"."""
    return [p for p in _SPLIT.split(_CAMEL.sub("-", name).lower()) if p]
