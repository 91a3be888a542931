"""Plain text, languages and names out of what feeds carry."""

import html
import re
from functools import lru_cache
from typing import Any

MAX_TITLE = 500
MAX_SUMMARY = 2000
# Tags as HTML's tokenizer reads them: what is not closed goes to the end, so that each character is looked at once.
_TAG = re.compile(
    r"""<(?:
        (?=[!sS]) (?:
            !--.*?(?:-->|\Z)
          | (?i:script)\b.*?(?:</(?i:script)\b[^>]*+>?+|\Z)
          | (?i:style)\b.*?(?:</(?i:style)\b[^>]*+>?+|\Z)
        )
      | (?:/?+([a-zA-Z]\w{0,11}+)|[!?])
        (?:>|[^>=]*+(?:=\s*+(?:"[^"]*+"|'[^']*+')?+[^>=]*+)*+>?+)
    )""",
    re.DOTALL | re.VERBOSE | re.ASCII,
)
_BLOCK = re.compile(
    r"p|br|div|li|[uod]l|d[dt]|h[1-6r]|t[rdh]|table|blockquote|pre|section|article|fig\w+", re.IGNORECASE | re.ASCII
)
_REFERENCE = re.compile(r"(&[#\w]{2,33};?)", re.ASCII)
_character = lru_cache(maxsize=1024)(html.unescape)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_USUAL_SPACES = "\n\r\t\xa0"
_SPACES = re.compile("  +")
_LANGUAGE = re.compile(r"^([a-z]{2,3})(?:[-_][A-Za-z0-9-_]*)?$", re.IGNORECASE)
_MAIL_AND_NAME = re.compile(r"^\S+@\S+\s*\(([^()]+)\)$")


@lru_cache(maxsize=256)
def _gap(name: str | None) -> str:
    """What stands for a tag: those that begin or end a block part words."""
    return " " if name and _BLOCK.fullmatch(name) else ""


def plain(value: Any, longest: int) -> str | None:
    """Text of a piece of HTML, without tags, scripts and control characters, on one line; None when nothing is left.

    Tags that begin or end a block part words. It is text: whoever shows it in HTML has to escape it.
    """
    if not isinstance(value, str):
        return None
    # A megabyte of markup is not worth its time, and mostly the beginning is enough: more is read where tags fill it.
    looked = longest * 2
    text = _text(value[:looked])
    if len(value) > looked and len(text) < longest // 2:
        looked = longest * 8
        text = _text(value[:looked])
    if len(text) <= longest and len(value) <= looked:
        return text or None
    return text[: longest - 1].rstrip() + "…" if text else None


def _text(value: str) -> str:
    if "<" in value:
        parts = _TAG.split(value)  # text, the name of a tag or None, text, …
        parts[1::2] = map(_gap, parts[1::2])
        value = "".join(parts)
    if "&" in value:
        parts = _REFERENCE.split(value)
        parts[1::2] = map(_character, parts[1::2])
        value = "".join(parts)
    return _on_one_line(value)


def _on_one_line(value: str) -> str:
    """With single spaces for spaces of all kinds and control characters."""
    value = value.strip()
    if not value.isprintable():
        # Replacing the usual ones takes half the time of parting and joining all words, which is for the rest.
        for space in _USUAL_SPACES:
            value = value.replace(space, " ")
        if not value.isprintable():
            return " ".join(_CONTROL.sub(" ", value).split())
    return _SPACES.sub(" ", value) if "  " in value else value


def language_of(value: Any) -> str | None:
    """Primary subtag of a language tag (RFC 5646) in lower case: `en-GB` is `en`."""
    match = _LANGUAGE.match(value.strip()) if isinstance(value, str) else None
    return match[1].lower() if match else None


def author_of(value: Any) -> str | None:
    """A person's name: `mail@host (Name)`, as RSS has it, is `Name`; a mail address alone is none."""
    name = plain(value, 200)
    if name is None or "@" not in name:
        return name
    if match := _MAIL_AND_NAME.match(name):
        return match[1].strip()
    return name if " " in name else None
