"""The main text of a page, from more than one extractor."""

import re
from dataclasses import dataclass

from lxml.html import HtmlElement, fromstring
from readability import Document
from trafilatura import bare_extraction

from services.clean.lines import to_lines

_LIST_MARK = re.compile(r"^- ")


@dataclass(frozen=True)
class Body:
    """`lines` of the main text before furniture is judged, by the extractor `by`; `notes` say what went wrong."""

    lines: tuple[str, ...]
    by: str
    notes: tuple[str, ...] = ()


def main_text(tree: HtmlElement) -> Body:
    """The lines of the article in `tree`, which stays as it is."""
    notes: list[str] = []
    lines = _guarded(_trafilatura, tree, notes)
    other = _guarded(_readability, tree, notes)
    if sum(map(len, lines)) * 2 < sum(map(len, other)):
        return Body(tuple(other), "readability", tuple(notes))
    return Body(tuple(lines), "trafilatura", tuple(notes))


def _guarded(extractor, tree, notes):  # type: ignore[no-untyped-def]
    try:
        return extractor(tree)
    except Exception as error:
        notes.append(f"{extractor.__name__}: {error!r}")
        return []


def _trafilatura(tree: HtmlElement) -> list[str]:
    found = bare_extraction(tree, fast=True, favor_precision=True, include_comments=False)
    return [_LIST_MARK.sub("", line) for line in (found.text or "").split("\n") if line.strip()] if found else []


def _readability(tree: HtmlElement) -> list[str]:
    import copy

    return to_lines(fromstring(Document(copy.deepcopy(tree)).summary(html_partial=True)))
