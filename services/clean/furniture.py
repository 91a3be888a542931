"""Which lines of a text are the site's and not the article's.

Two judgements: what a line says (furniture.yaml), and where it stands (a repeated title, what follows the heading of a
footer, short lines beside furniture). `judge` gives the reason of each line that goes, so that people can be told.
"""

import re
from collections.abc import Sequence

from services.clean.phrases import is_phrase, phrases, starts
from services.clean.words import bare, count_words
from services.clean.written_dates import written_date

# The end of a sentence in the scripts of news: Latin, CJK, Arabic, Devanagari, Armenian, Ethiopic; quotes may follow.
_SENTENCE = re.compile(r"[.!?…。！？؟۔।։።:;：；]['\"’”»›」』）)\]]*\s*$")
_LABEL = re.compile(r"^(.{2,60}?)\s*[:：›»>→|–—-]\s*")
_COPYRIGHT = re.compile(r"^\s*(?:©|\(c\)\s*(?:19|20)\d\d)", re.IGNORECASE)
_ONLY_MARKS = re.compile(r"^[\W\d_]*$")
_CREDIT = re.compile(
    r"^[(\[]?(?:photos?|fotos?|image|bild|immagine|crédits?|credits?|фото|写真)\b.{0,15}[:/：].{2,80}$", re.IGNORECASE
)
# "… in Paris © Reuters", "Bildrechte: MDR", "(Photo: AP)", "| Jane Doe/Getty Images" at the end: a caption.
_CAPTION = re.compile(
    r"(?:©|\bBildrechte:|\(?\b(?:Photo|Foto|Fotos|Bild|Image|Imagen|Immagine|Crédit|Credit|Quelle|Source|Fuente|Fonte|Фото)\s?:)"
    r"[^.!?]{1,60}\)?\s*$|(?:Getty Images|AFP/Getty|REUTERS|AP Photo|Shutterstock|iStock|dpa)\)?\s*$"
)
_TIME = re.compile(r"^\d{1,2}\s?[.:h]\s?\d{2}\s?(?:[ap]\.?m\.?)?\s?(?:[A-Z]{2,4}|Uhr|Ч)?$", re.IGNORECASE)
_HEADLINE_WORDS = 30
_ASK_WORDS = 30
_NOTICE_WORDS = 14
_PROSE_WORDS = 12
_TAIL = 8
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
    _bylines(lines, reasons, people)
    _footer(lines, reasons)
    _beside(lines, reasons)
    return reasons


def keep(lines: Sequence[str], title: str = "") -> list[str]:
    """The lines of the article."""
    return [line for line, reason in zip(lines, judge(lines, title), strict=True) if reason is None]


def reason_of(line: str) -> str | None:
    """Why the line is furniture by its own words, else None."""
    if _ONLY_MARKS.match(line) and not any(c.isalnum() for c in line):
        return "no words"
    if is_phrase(line, "labels"):
        return "a label"
    if _TIME.match(line):
        return "a time"
    if _COPYRIGHT.match(line):
        return "copyright"
    size = count_words(line)
    if size <= _HEADLINE_WORDS and (is_phrase(line, "read_also") or _leads_elsewhere(line)):
        return "leads to another article"
    if size <= _CAPTION_WORDS and _CAPTION.search(line):
        return "a caption"
    key = bare(line)
    if size <= _ASK_WORDS and starts("asks").match(key):
        return "asks something of the reader"
    if _CREDIT.match(line) or (size <= _NOTICE_WORDS and starts("notices").match(key) and not is_prose(line)):
        return "a credit or notice"
    return None


def is_sentence(line: str) -> bool:
    """Whether the line ends as a sentence does."""
    return bool(_SENTENCE.search(line))


def is_prose(line: str) -> bool:
    """Whether the line is a paragraph: it ends as a sentence and is long enough to say something."""
    return is_sentence(line) and count_words(line) >= _PROSE_WORDS


def _leads_elsewhere(line: str) -> bool:
    """ "Also read: …" in any of the languages."""
    match = _LABEL.match(line)
    return match is not None and bare(match.group(1)) in phrases("read_also")


def _bylines(lines: Sequence[str], reasons: list[str | None], people: Sequence[str]) -> None:
    """Near the start: lines of a date or label alone. Anywhere: a line of nothing but the author's name, or "by" it."""
    names = {bare(person) for person in people}
    for at, line in enumerate(lines):
        if reasons[at] or count_words(line) > _BYLINE_WORDS:
            continue
        words = bare(line)
        if words in names or any(words.endswith(f" {name}") and len(words) - len(name) <= _BY_CHARS for name in names):
            reasons[at] = "a byline"
        elif at < _START and count_words(line) <= _DATE_WORDS and not is_sentence(line) and written_date([line]):
            reasons[at] = "a date"
        elif at < _START and line.rstrip().endswith(":") and count_words(line) <= 2:
            reasons[at] = "a label"


def _footer(lines: Sequence[str], reasons: list[str | None]) -> None:
    """From the heading of a footer on all goes: to the end, or up to the next paragraph when prose follows."""
    for at, line in enumerate(lines):
        if not is_phrase(line, "footers"):
            continue
        reasons[at] = "heading of a footer"
        rest = range(at + 1, len(lines))
        prose = [i for i in rest if is_prose(lines[i]) and reasons[i] is None]
        # The article goes on after a box in its middle; a footer has little prose (a comment rule, a teaser).
        end = prose[0] if len(prose) >= 2 or (prose and at < len(lines) // 3) else len(lines)
        for i in range(at + 1, end):
            reasons[i] = reasons[i] or f"below “{line[:40]}”"


def _beside(lines: Sequence[str], reasons: list[str | None]) -> None:
    """At the end of the text, short lines without the end of a sentence among furniture are its links and labels."""
    for at in range(len(lines) - 1, -1, -1):
        if reasons[at] is None:
            if len(lines) - at > _TAIL or is_sentence(lines[at]) or count_words(lines[at]) > _PROSE_WORDS:
                return
            if at + 1 == len(lines):
                return
            reasons[at] = "beside furniture at the end"
