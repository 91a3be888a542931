"""The gateway's snippets for templates: HTML with nothing in it but <mark>. Whatever else comes is escaped. Pure."""

import html
import re

from markupsafe import Markup, escape

_MARK = re.compile(r"<mark>(.*?)</mark>", re.DOTALL)


def snippet(text: str) -> Markup:
    """Safe HTML of a highlight; it is taken apart and escaped anew, so that safety does not hang on its maker."""
    parts: list[Markup] = []
    at = 0
    for found in _MARK.finditer(text):
        parts += [_plain(text[at : found.start()]), Markup("<mark>"), _plain(found[1]), Markup("</mark>")]
        at = found.end()
    return Markup("").join([*parts, _plain(text[at:])])


def _plain(text: str) -> Markup:
    return escape(html.unescape(text))
