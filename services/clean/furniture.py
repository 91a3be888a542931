"""Which lines of a text are the site's and not the article's.

Two judgements: what a line says (furniture.yaml), and where it stands (a repeated title, what follows the heading of a
footer, short lines beside furniture). `judge` gives the reason of each line that goes, so that people can be told.
"""

import re
from collections import Counter
from collections.abc import Sequence

from services.clean.asks import asks
from services.clean.endings import mark_authors, mark_beside, mark_ending, mark_footer
from services.clean.phrases import is_phrase, phrases, starts
from services.clean.sentences import PROSE_WORDS, is_prose, is_sentence
from services.clean.words import bare, count_words
from services.clean.written_dates import UPDATED, written_date

_LABEL = re.compile(r"^(.{2,60}?)\s*(?:[:：›»>→|–—]|(?<=\s)-)\s*")
_CREDIT = re.compile(
    r"^[(\[]?(?:photos?|fotos?|image|illustrations?|bild|immagine|crédits?|credits?|фото|写真)\b.{0,15}[:/：].{2,80}$",
    re.IGNORECASE,
)
# "… in Paris © Reuters", "Bildrechte: MDR", "(Photo: AP)", "| Jane Doe/Getty Images" at the end: a caption.
_CAPTION = re.compile(
    r"(?:©|\bBildrechte:|\(?\b(?:Photo|Foto|Fotos|Bild|Image|Imagen|Immagine|Crédit|Credit|Quelle|Source|Fuente|Fonte|Фото)\s?:)"
    r"[^.!?]{1,60}\)?\s*$|[|(]\s*Photos? by [^.!?|]{1,60}\)?\s*$"
    r"|(?:Getty Images|AFP/Getty|REUTERS|AP Photo|Shutterstock|iStock|dpa)\)?\s*$"
)
_WHOLE_LINES = (
    (re.compile(r"[\W_]*$"), "no words"),
    # What a site's software was to replace, and did not: "[button link=…]".
    (re.compile(r"\[/?[a-z_-]{3,20}(?:\s+[a-z_-]+=|\])"), "a shortcode"),
    (re.compile(r"\d{1,2}\s?[.:h]\s?\d{2}\s?(?:[ap]\.?m\.?)?\s?(?:[A-Z]{2,4}|Uhr|Ч)?$", re.IGNORECASE), "a time"),
    (re.compile(r"\s*(?:©|ⓒ|\(c\)\s*(?:19|20)\d\d)", re.IGNORECASE), "copyright"),
)
ASKS = "asks something of the reader"
_HEADLINE_WORDS = 30
_NOTICE_WORDS = 14
_START = 8
_BYLINE_WORDS = 14
_BY_CHARS = 12
_DATE_WORDS = 9
_CAPTION_WORDS = 45


def judge(lines: Sequence[str], title: str = "", people: Sequence[str] = ()) -> list[str | None]:
    """For each line, why it is furniture, or None when it belongs to the article by `people`."""
    reasons = [reason_of(line) for line in lines]
    name = bare(title)
    for at, line in enumerate(lines):
        if name and bare(line) == name:
            reasons[at] = "the title again"
    _repeats(lines, reasons)
    _bylines(lines, reasons, people)
    mark_ending(lines, reasons)
    mark_authors(lines, reasons, people)
    mark_footer(lines, reasons)
    mark_beside(lines, reasons)
    return reasons


def keep(lines: Sequence[str], title: str = "") -> list[str]:
    """The lines of the article."""
    return [line for line, reason in zip(lines, judge(lines, title), strict=True) if reason is None]


def reason_of(line: str) -> str | None:
    """Why the line is furniture by its own words, else None."""
    if (reason := next((reason for pattern, reason in _WHOLE_LINES if pattern.match(line)), None)) is not None:
        return reason
    if is_phrase(line, "labels"):
        return "a label"
    size = count_words(line)
    if size <= _HEADLINE_WORDS and (is_phrase(line, "read_also") or _leads_elsewhere(line)):
        return "leads to another article"
    if size <= _CAPTION_WORDS and _CAPTION.search(line):
        return "a caption"
    key = bare(line)
    if asks(line, key, size):
        return ASKS
    if size <= _DATE_WORDS and starts("dated").match(key) and written_date([line]):
        return "a date"
    if _CREDIT.match(line) or (size <= _NOTICE_WORDS and starts("notices").match(key) and not is_prose(line)):
        return "a credit or notice"
    return None


def _leads_elsewhere(line: str) -> bool:
    """ "Also read: …" in any of the languages; one word may stand before a sentence too: "Hintergrund: Seit …"."""
    match = _LABEL.match(line)
    if match is None or (label := bare(match.group(1))) not in phrases("read_also"):
        return False
    return " " in label or not (is_prose(line) and line.endswith((".", "。")))


def _repeats(lines: Sequence[str], reasons: list[str | None]) -> None:
    """A paragraph that the page says twice (a standfirst, a pulled quote) is the article's once."""
    keys = [bare(line) if reasons[at] is None else "" for at, line in enumerate(lines)]
    times = Counter(keys)
    seen: set[str] = set()
    for at, key in enumerate(keys):
        if key in seen and times[key] == 2 and count_words(lines[at]) >= PROSE_WORDS:
            reasons[at] = "said before"
        seen.add(key)


def _bylines(lines: Sequence[str], reasons: list[str | None], people: Sequence[str]) -> None:
    """Near the start: lines of a date or label alone. Anywhere: a line of nothing but the author's name, or "by" it."""
    names = {bare(person) for person in people}
    for at, line in enumerate(lines):
        if reasons[at] or count_words(line) > _BYLINE_WORDS:
            continue
        words = bare(line)
        # By the words and not by the names: a page may declare a thousand.
        ends = (words[at + 1 :] for at, char in enumerate(words[:_BY_CHARS]) if char == " ")
        if words in names or any(end in names for end in ends):
            reasons[at] = "a byline"
        elif at < _START and count_words(line) <= _DATE_WORDS and _is_dated(line):
            reasons[at] = "a date"
        elif at < _START and line.rstrip().endswith(":") and count_words(line) <= 2:
            reasons[at] = "a label"


def _is_dated(line: str) -> bool:
    """A date alone, or when something was last changed: "Updated at 20:56."."""
    if UPDATED.match(line):
        return any(c.isdigit() for c in line)
    return not is_sentence(line) and written_date([line]) is not None
