"""Leaves out of a feed the articles in it, where nobody asked for them: often they are most of what is to be parsed."""

import re

MOST = 20_000
"""Articles that are left out, each of which takes 2 µs to find; as many as entries are read."""
_OPENING = re.compile(rb"""<content(?::encoded)?+(?:\s(?:[^<>"'/]++|"[^"<]*+"|'[^'<]*+')*+)?+>""")
# In what a "<" may stand that begins no tag; in a document without DTD and without errors there is nothing else.
_HIDING = ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"), (b"<?", b"?>"))
_SUMMARY = re.compile(rb"</(?:description|summary)\s*>")
_CDATA_END = re.compile(rb"\]\]>")


def without_articles(body: bytes) -> bytes | None:
    """`body` without the text of `content:encoded` and Atom's `content`; None where there is none, or no summaries.

    Only text and CDATA sections are left out, so that a document without errors keeps its tree but for this text. All
    is looked through at most twice.
    """
    parts: list[bytes] = []
    kept = at = 0
    for _ in range(MOST):
        opening = _OPENING.search(body, at)
        if not opening or not _is_markup(body, at, opening.start()):
            break
        at = opening.end()
        end = _end_of_text(body, at)
        if body.startswith(b"</content", end):
            parts.append(body[kept:at])
            kept = end
        at = max(at, end)
    if not parts:
        return None
    parts.append(body[kept:])
    # What is beside the last article is enough to tell of what kind a feed is.
    return b"".join(parts) if any(map(_SUMMARY.search, parts[-2:])) else None


def _is_markup(body: bytes, start: int, end: int) -> bool:
    """Whether what is at `end` is, as what is at `start` is; no in doubt."""
    return all(
        (last := body.rfind(opening, start, end)) < 0 or body.find(closing, last + len(opening), end) >= 0
        for opening, closing in _HIDING
    )


def _end_of_text(body: bytes, at: int) -> int:
    """Where the text from `at` on, with its CDATA sections, meets markup; -1 when it does not."""
    while body.startswith(b"<![CDATA[", at := body.find(b"<", at)):
        if not (end := _CDATA_END.search(body, at)):
            return -1
        at = end.end()
    return at
