"""From templates to answers; everything that comes from outside is escaped."""

from functools import partial
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.search.pages.languages import language_name
from services.search.pages.links import entity_page
from services.search.pages.snippets import snippet
from services.search.problems import RETRY_AFTER_S

HERE = Path(__file__).parent
_RTL = {"ar", "fa", "he", "ur", "ps", "sd", "yi", "dv", "ckb"}
_SHOWN = {"day": (10, ""), "minute": (16, " UTC"), "second": (19, " UTC")}
"""Filters of times in RFC 3339: how many characters of one are shown, and what follows."""


def _time(at: str, characters: int, zone: str) -> Markup:
    """What scripts show in the reader's zone, and is UTC's without them."""
    return Markup('<time datetime="{}">{}{}</time>').format(at, at[:characters].replace("T", " "), zone)


_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {
    "snippet": snippet,
    "entity_page": entity_page,
    "language": language_name,
    "direction": lambda language: "rtl" if language in _RTL else "ltr",
    **{name: partial(_time, characters=length, zone=zone) for name, (length, zone) in _SHOWN.items()},
}


def render(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page; one that is not there now says when to come back."""
    headers = {"Retry-After": RETRY_AFTER_S} if status == 503 else None
    return HTMLResponse(_templates.get_template(template).render(**values), status, headers)


def message(status: int, title: str, text: str) -> HTMLResponse:
    """A page that only says something."""
    return render("message.html", status, title=title, text=text)
