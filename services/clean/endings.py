"""Where a text ends: what its last lines say besides the article, and the headings behind which it goes no further."""

import re
from bisect import bisect
from collections.abc import Sequence

from services.clean.asks import follows
from services.clean.phrases import is_phrase, says, starts
from services.clean.sentences import PROSE_WORDS, is_prose, is_sentence
from services.clean.words import bare, count_words

# "Lee Hana, reporter, hana@echo.example"
_EMAIL = re.compile(r"\S@\S+\.\w+\W*$")
_TAIL = 12
_FOOTER_WORDS = 6
_CREDIT_WORDS = 45
_BIO_LINES = 2
_BYLINE_WORDS = 6
_BYLINE_CHARS = 200
_BIO_WORDS = 40


def mark_ending(lines: Sequence[str], reasons: list[str | None]) -> None:
    """The last lines say who helped, and ask readers to follow somebody on social networks."""
    kept = [at for at, reason in enumerate(reasons) if reason is None]
    for at in kept[-_TAIL:]:
        key = bare(lines[at])
        size = count_words(lines[at])
        if size <= _CREDIT_WORDS and (starts("credits").match(key) or says(key, "credits_within")):
            reasons[at] = "a credit or notice"
        elif follows(lines[at], key, size):
            reasons[at] = "asks something of the reader"


def mark_authors(lines: Sequence[str], reasons: list[str | None], people: Sequence[str]) -> None:
    """The last two lines may say who an author is; where a person begins other lines too, it is one who speaks."""
    kept = [at for at, reason in enumerate(reasons) if reason is None]
    names = [f"{name} " for person in people if " " in (name := bare(person))]
    for at in kept[-_BIO_LINES:]:
        size, key = count_words(lines[at]), bare(lines[at])
        own = next(filter(key.startswith, names), None)
        # In a long line each @ is looked behind for a dot: 200,000 characters took seven seconds.
        if size <= _BYLINE_WORDS and len(lines[at]) <= _BYLINE_CHARS and _EMAIL.search(lines[at]):
            reasons[at] = "a byline"
        elif own and size <= _BIO_WORDS and not any(bare(lines[i]).startswith(own) for i in kept[:-_BIO_LINES]):
            reasons[at] = "about the author"


def mark_footer(lines: Sequence[str], reasons: list[str | None]) -> None:
    """From the heading of a footer on all goes: to the end, or up to the next paragraph when prose follows."""
    headings = [at for at, line in enumerate(lines) if is_footer_heading(line)]
    prose = [at for at, line in enumerate(lines) if headings and reasons[at] is None and is_prose(line)]
    done = 0  # up to here all below an earlier heading is marked
    for at in headings:
        reasons[at] = "heading of a footer"
        here = bisect(prose, at)
        coming = prose[here : here + 2]
        # The article goes on after a box in its middle; a footer has little prose (a comment rule, a teaser).
        goes_on = len(coming) == 2 or (coming and at < len(lines) * 2 // 3)
        end = coming[0] if goes_on else len(lines)
        for i in range(max(at + 1, done), end):
            reasons[i] = reasons[i] or f"below “{lines[at][:40]}”"
        if not goes_on:
            prose = []
        done = max(done, end)


def is_footer_heading(line: str) -> bool:
    """ "Comments", "More from The Echo"."""
    if is_phrase(line, "footers"):
        return True
    short = count_words(line) <= _FOOTER_WORDS and not is_sentence(line)
    return short and bool(starts("footer_starts").match(bare(line)))


def mark_beside(lines: Sequence[str], reasons: list[str | None]) -> None:
    """At the end of the text, short lines without the end of a sentence among furniture are its links and labels."""
    for at in range(len(lines) - 1, -1, -1):
        if reasons[at] is None:
            if len(lines) - at > _TAIL or is_sentence(lines[at]) or count_words(lines[at]) > PROSE_WORDS:
                return
            if at + 1 == len(lines):
                return
            reasons[at] = "beside furniture at the end"
