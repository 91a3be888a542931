"""Plain text, languages and names out of what feeds carry."""

import html
import re
from typing import Any

MAX_TITLE = 500
MAX_SUMMARY = 2000
# Tags as HTML's tokenizer reads them: what is not closed goes to the end, so that each character is looked at once.
_TAG = re.compile(
    r"""<(?:
        !--.*?(?:-->|\Z)
      | script\b.*?(?:</script\b[^>]*+>?+|\Z)
      | style\b.*?(?:</style\b[^>]*+>?+|\Z)
      | (?:/?+(?:(p|br|div|li|[uod]l|d[dt]|h[1-6r]|t[rdh]|table|blockquote|pre|section|article|fig\w+)\b|[a-z])|[!?])
        (?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')|=)*+>?+
    )""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE | re.ASCII,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LANGUAGE = re.compile(r"^([a-z]{2,3})(?:[-_][A-Za-z0-9-_]*)?$", re.IGNORECASE)
_MAIL_AND_NAME = re.compile(r"^\S+@\S+\s*\(([^()]+)\)$")


def plain(value: Any, longest: int) -> str | None:
    """Text of a piece of HTML, without tags, scripts and control characters, on one line; None when nothing is left.

    Tags that begin or end a block part words. It is text: whoever shows it in HTML has to escape it.
    """
    if not isinstance(value, str):
        return None
    # Cut before cleaning too: a megabyte of markup is not worth its time. Tags take room, hence the factor.
    value = value[: longest * 8]
    if "<" in value:
        value = _without_tags(value)
    if "&" in value:
        value = html.unescape(value)
    text = " ".join(value.split())
    if not text.isprintable():
        text = " ".join(_CONTROL.sub(" ", text).split())
    return (text or None) if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _without_tags(value: str) -> str:
    parts = _TAG.split(value)  # text, the name of a block or None, text, …
    parts[1::2] = [" " if block else "" for block in parts[1::2]]
    return "".join(parts)


def language_of(value: Any) -> str | None:
    """Primary subtag of a language tag (RFC 5646) in lower case: `en-GB` is `en`."""
    match = _LANGUAGE.match(value.strip()) if isinstance(value, str) else None
    return match[1].lower() if match else None


def author_of(value: Any) -> str | None:
    """A person's name: `mail@host (Name)`, as RSS has it, is `Name`; a mail address alone is none."""
    name = plain(value, 200)
    if name is None:
        return None
    if match := _MAIL_AND_NAME.match(name):
        return match[1].strip()
    return None if "@" in name and " " not in name else name
