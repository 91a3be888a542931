"""A page that shows articles with their entities marked, drawn by displaCy."""

from pathlib import Path
from typing import Any, TextIO

from spacy import displacy

from services.contracts.messages import Enriched
from services.runtime.errors import UsageError

COLOURS = {
    "person": "#ffd166",
    "organisation": "#9ad1d4",
    "place": "#b5e48c",
    "group": "#d0bdf4",
    "event": "#f4a6a0",
    "product": "#f7c59f",
    "work": "#e0c3a5",
    "law": "#c5c5c5",
}
_HEAD = (
    '<!doctype html>\n<html><head><meta charset="utf-8"><title>Entities</title></head>\n'
    '<body style="font: 16px/1.5 sans-serif; max-width: 50em; margin: 2em auto">\n'
)


class EntitiesPage:
    """Writes the page article by article, so that long inputs need no memory. Raises UsageError where it can not."""

    def __init__(self, path: Path) -> None:
        try:
            self._out: TextIO = path.open("w", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"--html {path} can not be written: {error.strerror}") from None
        self._out.write(_HEAD)

    def add(self, article: Enriched) -> None:
        """Draw one article."""
        self._out.write(drawn(article) + "<hr>\n")

    def close(self) -> None:
        """Finish the page."""
        self._out.write("</body></html>\n")
        self._out.close()


def drawn(article: Enriched) -> str:
    """The body with its mentions marked, under the title, as HTML; displaCy escapes the text."""
    marks: list[dict[str, Any]] = [
        {"start": m.start, "end": m.end, "label": e.type} for e in article.entities for m in e.mentions
    ]
    marks.sort(key=lambda mark: mark["start"])
    doc = {"title": article.title or None, "text": article.body, "ents": marks}
    return str(displacy.render(doc, style="ent", manual=True, options={"colors": COLOURS}, jupyter=False))
