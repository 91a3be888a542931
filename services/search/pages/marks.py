"""An article's body with its entities marked: paragraphs of pieces, plain or linked. Pure; templates escape."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

BEGINNING = 400
"""Characters of a body of which the page may show the beginning alone."""


@dataclass(frozen=True)
class Piece:
    """A run of text; with `entity` when it names one."""

    text: str
    entity: str | None = None
    name: str | None = None
    kind: str | None = None


def paragraphs(body: str, entities: list[dict[str, Any]]) -> list[list[Piece]]:
    """The body's paragraphs in pieces. Mentions that overlap or do not fit the text are left plain."""
    marks = sorted(_fitting(body, entities), key=lambda mark: (mark[0], -mark[1]))
    found = []
    start = 0
    for text in body.split("\n\n"):
        end = start + len(text)
        inside = [mark for mark in marks if start <= mark[0] and mark[1] <= end]
        found.append(list(_pieces(body, start, end, inside)))
        start = end + 2
    return [pieces for pieces in found if pieces]


def beginning(body: str) -> str:
    """The body's first paragraph, cut between words where it is long; places of mentions in it stay the same."""
    first = body.partition("\n\n")[0]
    if len(first) <= BEGINNING:
        return first
    cut = first.rfind(" ", 1, BEGINNING + 1)
    return first[: cut if cut > 0 else BEGINNING]


def _fitting(body: str, entities: list[dict[str, Any]]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    for entity in entities:
        for mention in entity.get("mentions", []):
            start, end = mention["start"], mention["end"]
            if 0 <= start < end <= len(body) and body[start:end] == mention["text"]:
                yield start, end, entity


def _pieces(body: str, start: int, end: int, marks: list[tuple[int, int, dict[str, Any]]]) -> Iterator[Piece]:
    at = start
    for first, last, entity in marks:
        if first < at:
            continue
        if at < first:
            yield Piece(body[at:first])
        yield Piece(body[first:last], entity["id"], entity["name"], entity["type"])
        at = last
    if at < end:
        yield Piece(body[at:end])
