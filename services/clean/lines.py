"""Elements to lines of text: one a paragraph, heading, list item, quote or table row."""

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from services.clean.words import squeeze

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
SILENT = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "select",
        "button",
        "textarea",
        "canvas",
        "head",
    ]
)
_CELL_CHARS = 200


def to_lines(root: HtmlElement) -> list[str]:
    """Lines of the text below `root`, in page order. Cells of a data row are joined by " | "."""
    found: list[str] = []
    buffer: list[str] = []
    silent = row = 0

    def flush() -> None:
        if line := squeeze("".join(buffer)).strip(" |"):
            found.append(line)
        buffer.clear()

    for event, element in iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        opens = event == "start"
        if tag in SILENT or not tag:
            silent += 1 if opens else -1
        elif tag == "tr" and (row or is_data_row(element)):
            row += 1 if opens else -1
            if not row or (opens and row == 1):
                flush()
        elif tag in BLOCKS:
            if not row:
                flush()
            elif opens:
                buffer.append(" | " if tag in ("td", "th") and "".join(buffer).strip() else " ")
        text = element.text if opens else element.tail
        if text and not silent and (opens or element is not root):
            buffer.append(text)
    flush()
    return found


def is_data_row(row: HtmlElement) -> bool:
    """A row of figures or names; a row of long cells or nested tables is there for the layout."""
    cells = [c for c in row if c.tag in ("td", "th")]
    return len(cells) >= 2 and all(len(c.text_content()) <= _CELL_CHARS and c.find(".//table") is None for c in cells)


def strip_marks(lines: list[str]) -> list[str]:
    """Lines of trafilatura's text as ours are: without its marks of list items and table rows."""
    bare = (squeeze(line.removeprefix("- ").replace("\\|", "|")).strip("| ") for line in lines)
    return [line for line in bare if line]
