"""The article in what a page carries beside what it shows, where the page's own words speak for it."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from services.clean.cut import has_most, needles
from services.clean.embedded import embedded
from services.clean.json_lines import lines_of
from services.clean.json_text import Text, texts_in
from services.clean.metadata import Metadata
from services.clean.told import share, stems_of
from services.clean.words import bare
from services.clean.zones import STANDFIRSTS, is_furniture

_MOST_CHARS = 400_000
_MOST_TRIED = 12
# Shares of the words of title and description that a text has. Of 1,558 pairs of a text and another page's words, 5 %
# had 0.5 and 1 % had 0.72; of 70 texts with their own, all but one had 0.5 or were in an object with the page's title.
_TOLD = 0.6
_TOLD_UNDER_ANOTHER_TITLE = 0.75
_TOLD_UNDER_ITS_TITLE = 0.15
_LEAST_WORDS = 4
# What headings and short lines may add to a text's paragraphs.
_HEADINGS = 1.3
# Fields of summaries; some keep whole articles in them.
_SUMMARIES = frozenset((name,) for name in (*STANDFIRSTS, "summary", "description", "teaser", "abstract"))
_LONG = 2000
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,4000}>|&(?:[a-zA-Z]{2,8}|#\d{1,6});")
_BLOCK = re.compile(r"<(?:p|br|div|li|h[1-6]|section|article|td)\b", re.IGNORECASE)
_TWICE = re.compile(r"&amp;(?=#?\w{2,8};)")  # an entity's ampersand, escaped again


@dataclass(frozen=True)
class Payload:
    """An article as HTML, and `where` on the page it was found."""

    where: str
    html: str


def article_in(tree: HtmlElement, about: Metadata, shown: Sequence[str] = (), least: float = 0) -> Payload | None:
    """The article that `tree` carries for its scripts, or None: the text that is the article's by the words that the
    page says it is `about`, and has most of the lines `shown` and at least `least` characters."""
    told = stems_of(about)
    best, best_rank = None, (False, 0.0)
    for its_own, size, where, text in _candidates(tree, about.title, needles(shown)):
        if (its_own, size * _HEADINGS) <= best_rank:
            break
        if size * _HEADINGS < least:
            continue
        made = "".join(map(_html, lines_of(text.root, text.keys[-1] if text.keys else "")))[:_MOST_CHARS]
        words = bare(html.unescape(_MARKUP.sub(" ", made)))
        part = share(told, words)
        rank = its_own, part * len(words)
        if rank > best_rank and _is_told(part, len(told), its_own, text.title) and has_most(words, shown):
            best, best_rank = Payload(".".join((where, *text.keys)), made), rank
    return best


def _candidates(tree: HtmlElement, title: str, words: Sequence[str]) -> list[tuple[bool, int, str, Text]]:
    """The texts that may be the article, the likeliest first: whether it is under the page's `title`, and its size."""
    found = ((where, text) for where, value in embedded(tree, words) for text in texts_in(value))
    fit = (
        (_same(text.title, title), text.size, where, text)
        for where, text in found
        if not any(map(is_furniture, text.keys)) and (text.size >= _LONG or text.keys[-1:] not in _SUMMARIES)
    )
    return sorted(fit, key=lambda one: one[:2], reverse=True)[:_MOST_TRIED]


def _is_told(part: float, words: int, its_own: bool, title: str) -> bool:
    if its_own:
        return part >= _TOLD_UNDER_ITS_TITLE
    return words >= _LEAST_WORDS and part >= (_TOLD_UNDER_ANOTHER_TITLE if title else _TOLD)


def _same(one: str, other: str) -> bool:
    """Whether two titles are one, or one is the other and more."""
    one, other = bare(html.unescape(one)), bare(other)
    short, long = sorted((one, other), key=len)
    return one == other or (len(short.split()) >= _LEAST_WORDS and short in long) if short else False


def _html(line: str) -> str:
    """A line of plain text, or of HTML, as HTML."""
    if "<" not in line and "&lt;" in line:
        line = html.unescape(line)
    line = _TWICE.sub("&", line)
    if _BLOCK.search(line):
        return f"<div>{line}</div>"
    text = line if _MARKUP.search(line) else html.escape(line, quote=False)
    return "".join(f"<p>{part}</p>" for part in text.splitlines() if part.strip())
