"""Plain text, languages and names out of what feeds carry."""

import html
import re
from functools import lru_cache
from typing import Any

MAX_TITLE = 500
MAX_SUMMARY = 2000
_MOST_LOOKED = 8
# Tags as HTML's tokenizer reads them: what is not closed goes to the end, so that each character is looked at once.
_MARKUP = r"""<(?:
        (?=[!sS]) (?:
            !--.*?(?:-->|\Z)
          | (?i:script)\b.*?(?:</(?i:script)\b[^>]*+>?+|\Z)
          | (?i:style)\b.*?(?:</(?i:style)\b[^>]*+>?+|\Z)
        )
      | (?:/?+([a-zA-Z][a-zA-Z0-9_]{0,11}+)|[!?])
        (?:>|[^>=]*+(?:=\s*+(?:"[^"]*+"|'[^']*+')?+[^>=]*+)*+>?+)
    )"""
_TAG = re.compile(_MARKUP, re.DOTALL | re.VERBOSE | re.ASCII)
# A letter or digit before which there is nothing but tags and spaces.
_WORD = re.compile(rf"(?:[ \n\r\t]++|{_MARKUP})*+(?u:\w)", re.DOTALL | re.VERBOSE | re.ASCII)
_BLOCK = re.compile(
    r"p|br|div|li|[uod]l|d[dt]|h[1-6r]|t[rdh]|table|blockquote|pre|section|article|fig\w+", re.IGNORECASE | re.ASCII
)
_REFERENCE = re.compile(r"(&[#a-zA-Z0-9_]{2,33};?)", re.ASCII)
_character = lru_cache(maxsize=1024)(html.unescape)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SPACES = re.compile("  +")
_LANGUAGE = re.compile(r"^([a-z]{2,3})(?:[-_][A-Za-z0-9-_]*)?$", re.IGNORECASE)
_MAIL_AND_NAME = re.compile(r"^\S+@\S+\s*\(([^()]+)\)$")


@lru_cache(maxsize=256)
def _gap(name: str | None) -> str:
    """What stands for a tag: those that begin or end a block part lines."""
    return "\n" if name and _BLOCK.fullmatch(name) else ""


def plain(value: Any, longest: int) -> str | None:
    """Text of a piece of HTML, without tags, scripts and control characters, on one line; None when nothing is left.

    Tags that begin or end a block part words. It is text: whoever shows it in HTML has to escape it.
    """
    if not isinstance(value, str):
        return None
    if len(value) <= longest:
        return _text(value) or None
    # A megabyte of markup is not worth its time, and mostly the beginning is enough: more is read where tags fill it.
    looked = longest * 2
    text = _text(value[:looked])
    if len(value) > looked and len(text) < longest // 2:
        looked = longest * _MOST_LOOKED
        text = _text(value[:looked])
    if len(text) <= longest and len(value) <= looked:
        return text or None
    return text[: longest - 1].rstrip() + "…" if text else None


def telling(value: Any, longest: int) -> str | None:
    """`value`, as far as plain() looks at it, if that finds text in it; mostly that takes a fraction of its time."""
    if not isinstance(value, str) or not (_WORD.match(value[: longest * 2]) or plain(value, longest)):
        return None
    return value[: longest * _MOST_LOOKED + 1]  # one more, which tells that there is more


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
    # In the usual way, since parting and joining all words takes longer, which is for the rest.
    value = " ".join(filter(None, map(str.strip, value.split("\n")))) if "\n" in value else value.strip()
    if not value.isprintable():
        value = value.replace("\xa0", " ").replace("\t", " ").replace("\r", " ")
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
