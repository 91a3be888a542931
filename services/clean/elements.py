"""What the elements of HTML mean for reading a page as lines of text."""

from lxml.html import HtmlElement

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


def is_silent(element: HtmlElement) -> bool:
    """Whether the text inside is not shown as text. A control that was never closed swallows the page, and is none."""
    if not isinstance(element.tag, str) or element.tag in _NO_TEXT:
        return True
    return element.tag in _CONTROLS and len(element.findall(".//p")) < _PARAGRAPHS


def is_data_row(row: HtmlElement) -> bool:
    """A row of figures or names; a row of long cells or nested tables is there for the layout."""
    cells = [c for c in row if c.tag in ("td", "th")]
    return len(cells) >= 2 and all(len(c.text_content()) <= _CELL_CHARS and c.find(".//table") is None for c in cells)
