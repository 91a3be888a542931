"""Plain text, times and languages out of what feeds carry."""

import html
import re
from datetime import UTC, datetime
from typing import Any

import nh3

MAX_TITLE = 500
MAX_SUMMARY = 2000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LANGUAGE = re.compile(r"^([a-z]{2,3})(?:[-_][A-Za-z0-9-_]*)?$", re.IGNORECASE)
_MAIL_AND_NAME = re.compile(r"^\S+@\S+\s*\(([^()]+)\)$")


def plain(value: Any, longest: int) -> str | None:
    """Text of a piece of HTML, without tags, scripts and control characters, on one line; None when nothing is left."""
    if not isinstance(value, str) or not value.strip():
        return None
    # Cut before cleaning too: a megabyte of markup is not worth its time. Tags take room, hence the factor.
    value = value[: longest * 8]
    if "<" in value or "&" in value:
        value = html.unescape(nh3.clean(value, tags=set(), clean_content_tags={"script", "style"}))
    text = " ".join(_CONTROL.sub(" ", value).split())
    return (text or None) if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def time_of(value: Any) -> datetime | None:
    """UTC time of an RFC 3339 or W3C date (`2026-11-22`, `…T10:00Z`); None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        when = datetime.fromisoformat(value.strip())
        return (when.replace(tzinfo=UTC) if when.tzinfo is None else when).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


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
