"""Plain text as a scraper leaves it, with the page's furniture between the paragraphs."""

import re
from collections.abc import Sequence
from itertools import pairwise

from services.clean.bylines import said
from services.clean.furniture import judge
from services.clean.sentences import is_prose, is_sentence
from services.clean.words import bare, count_words, squeeze

_HEADING_WORDS = 20
_CAPTION_WORDS = 6
# Judging a line takes 30 µs: 300,000 took 9 s. No article has so many.
_MAX_LINES = 50_000
_CRUMB_WORDS = 3
_HEAD = 8
_BYLINE_CHARS = 160
_HARD_WRAP = 100
_BULLET = re.compile(r"^\s*(?:[-*•‣▪–]|\d{1,2}[.)])\s+")


def read_text(text: str, title: str | None) -> tuple[str, list[str], list[str | None]]:
    """Title, lines, and for each line why it is furniture (None: it is the article's).

    Without a given title the first line is it, when it reads like one.
    """
    lines = _lines(text)
    name = squeeze(title or "")
    if not name and lines and _like_heading(lines[0]):
        name = lines[0]
    reasons = judge(lines, name, said([line for line in lines[: _HEAD + 1] if len(line) <= _BYLINE_CHARS]))
    _crumbs(lines, reasons, name)
    _captions(lines, reasons)
    return name or (lines[0] if lines else ""), lines, reasons


def _lines(text: str) -> list[str]:
    """The first _MAX_LINES paragraphs: one a line, or blocks between empty lines when lines are wrapped at a width."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n").split("\n")
    if _wrapped(raw):
        raw = [" ".join(block) for block in _blocks(raw)]
    return [line for line in (squeeze(line) for line in raw) if line][:_MAX_LINES]


def _wrapped(raw: Sequence[str]) -> bool:
    """Whether most lines end in the middle of a sentence because of their width."""
    full = [line for line in raw if line.strip()]
    if len(full) < 6 or max(len(line) for line in full) > _HARD_WRAP:
        return False
    broken = sum(1 for a, b in pairwise(raw) if len(a) > 40 and b.strip() and not is_sentence(a))
    return broken * 2 > len(full)


def _blocks(raw: Sequence[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in raw:
        if not line.strip() or _BULLET.match(line):
            blocks.append([])
        if line.strip():
            blocks[-1].append(line)
    return [block for block in blocks if block]


def _like_heading(line: str) -> bool:
    """Short, without the end of a sentence (a question may be a heading), no bullet."""
    return (
        (not is_sentence(line) or line.endswith(("?", "？", "؟")))
        and count_words(line) <= _HEADING_WORDS
        and not _BULLET.match(line)
    )


def _crumbs(lines: Sequence[str], reasons: list[str | None], title: str) -> None:
    """Among the furniture between the title and the first paragraph, a word or two are the way to the page's section:
    "Home", "News", "Courts"."""
    first = next((at for at, line in enumerate(lines) if reasons[at] is None and is_prose(line)), 0)
    head = [at for at in range(min(first, _HEAD)) if bare(lines[at]) != bare(title)]
    if not any(reasons[at] for at in head):
        return
    for at in head:
        if count_words(lines[at]) <= _CRUMB_WORDS and not is_sentence(lines[at]):
            reasons[at] = reasons[at] or "beside furniture at the start"


def _captions(lines: Sequence[str], reasons: list[str | None]) -> None:
    """A heading stands before a paragraph. A heading-like line before another is a picture's caption, unless it is so
    short that it heads a section whose first part has its own heading, or belongs to a list."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and _like_heading(lines[end]) and reasons[end] is None:
            end += 1
        introduced = at > 0 and lines[at - 1].rstrip().endswith((":", "："))
        if end - at == 2 and not introduced and count_words(lines[at]) >= _CAPTION_WORDS:
            reasons[at] = "a caption: a heading follows, no paragraph"
        elif end - at == 1 and end == len(lines):
            reasons[at] = "a heading of nothing"
        at = max(end, at + 1)
