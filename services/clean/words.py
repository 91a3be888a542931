"""Words and spellings: how long a text is, when two lines are the same, and the hash of an article."""

import hashlib
import re
import unicodedata
from functools import lru_cache
from itertools import chain, groupby, islice
from typing import Literal

# Scripts that put no space between words: Thai, Lao, Myanmar, Khmer, kana, Han.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
_UNSPACED_RUN = re.compile(f"[{UNSPACED}\U00020000-\U0003ffff]+")
_WORD = re.compile(r"\w+(?:['’.,\-]\w+)*")
_NOT_WORD = re.compile(r"[\W_]+")
# C0 and C1 controls except tab and line feed, soft hyphens, zero-width marks that carry no text, and surrogates.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
# So many combining marks in a row no text needs (Unicode Standard Annex 15, Stream-Safe Text Format); to put n of them
# in order takes n * n steps.
_MAX_MARKS = 30
_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{_MAX_MARKS + 1},}}")


# Each judgement of a line asks anew for its words and its bare spelling: half of all calls. Long lines are few, and
# 4,096 of a hostile page's would be gigabytes.
_LINES, _LINE_CHARS = 4096, 400


def count_words(text: str) -> int:
    """Number of words.

    Where a script sets spaces: runs of letters and digits ("state-of-the-art", "1,000" count once). Where it sets
    none, two characters count as one word, the usual length of a word in Chinese and Japanese.
    """
    return _count_of_line(text) if len(text) <= _LINE_CHARS else _count(text)


def _count(text: str) -> int:
    if text.isascii():
        return len(_WORD.findall(text))
    unspaced = sum((len(run) + 1) // 2 for run in _UNSPACED_RUN.findall(text))
    return unspaced + len(_WORD.findall(_UNSPACED_RUN.sub(" ", text)))


def squeeze(text: str) -> str:
    """One line of text: NFC, without invisible characters, white space as single spaces."""
    if not text.isascii():
        text = _normal("NFC", text)
    return " ".join(_INVISIBLE.sub("", text).split())


def bare(text: str) -> str:
    """Letters and digits only, in lower case: equal for two spellings of the same line."""
    return _bare_line(text) if len(text) <= _LINE_CHARS else _bare(text)


def _bare(text: str) -> str:
    if not text.isascii():
        text = _normal("NFKC", text)
    return _NOT_WORD.sub(" ", text.casefold()).strip()


_count_of_line = lru_cache(_LINES)(_count)
_bare_line = lru_cache(_LINES)(_bare)


def _normal(form: Literal["NFC", "NFKC"], text: str) -> str:
    # A longer run has one of every so many characters.
    if any(map(unicodedata.combining, text[_MAX_MARKS :: _MAX_MARKS + 1])):
        text = _MARKS.sub(_fewer_marks, text)
    return unicodedata.normalize(form, text)


def _fewer_marks(run: re.Match[str]) -> str:
    """The run, with at most _MAX_MARKS combining marks in a row."""
    groups = groupby(run[0], key=lambda char: unicodedata.combining(char) != 0)
    return "".join(chain.from_iterable(islice(group, _MAX_MARKS if marks else None) for marks, group in groups))


def content_hash(title: str, body: str) -> str:
    """Lower-case hex SHA-256 of title and body; white space, Unicode form and invisible characters do not count."""
    return hashlib.sha256(f"{squeeze(title)}\n{squeeze(body)}".encode()).hexdigest()
