"""What the elements of HTML mean for reading a page as lines of text."""

from collections.abc import Iterable
from itertools import islice

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from services.clean.words import squeeze

# Elements that begin and end a line.
BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog",
        "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
        "head", "header", "hgroup", "hr", "html", "legend", "li", "main", "nav", "ol", "option", "p", "pre",
        "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    )
)  # fmt: skip
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_NO_TEXT = frozenset(("script", "style", "template", "svg", "math", "iframe", "object", "embed", "canvas", "head"))
_CONTROLS = frozenset(("button", "select", "textarea", "noscript"))
_PARAGRAPHS = 4
_CELL_CHARS = 200
_MAX_EVENTS = 1000


def holders(found: Iterable[HtmlElement]) -> dict[HtmlElement, HtmlElement]:
    """Each element that any of `found` (in page order) is in, with the first that is; in one pass. `find` reads all
    that an element holds where there is none, for each element and line that is asked about."""
    first: dict[HtmlElement, HtmlElement] = {}
    for one in found:
        for element in one.iterancestors():
            if element in first:
                break
            first[element] = one
    return first


def short_text(element: HtmlElement, most: int) -> str | None:
    """The element's text in one line, a space between its parts; None when it has more than `most` characters.

    Reads no further then: asking each element for its whole text takes the square of a page of nested ones (21 s for
    85 KB of bylines in each other).
    """
    parts: list[str] = []
    size = 0
    for number, (event, node) in enumerate(iterwalk(element, events=("start", "end"))):
        part = node.text if event == "start" else node.tail if node is not element else None
        if part and (part := part.strip()):
            parts.append(part)
            size += len(part)
        if size > most or number > _MAX_EVENTS:
            return None
    text = squeeze(" ".join(parts))
    return text if len(text) <= most else None


def is_silent(element: HtmlElement) -> bool:
    """Whether the text inside is not shown as text. A control that was never closed swallows the page, and is none."""
    if not isinstance(element.tag, str) or element.tag in _NO_TEXT:
        return True
    return element.tag in _CONTROLS and len(list(islice(element.iter("p"), _PARAGRAPHS))) < _PARAGRAPHS


def is_data_row(row: HtmlElement) -> bool:
    """A row of figures or names; a row of long cells or nested tables is there for the layout."""
    cells = [c for c in row if c.tag in ("td", "th")]
    return len(cells) >= 2 and all(c.find(".//table") is None and len(c.text_content()) <= _CELL_CHARS for c in cells)
