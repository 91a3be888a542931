"""What the tests of clean share: pages made of a few lines."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from services.contracts.messages import PageMessage

URL = "https://www.news.example/2026/bridge-reopens"
FETCHED = datetime(2026, 12, 1, 12, tzinfo=UTC)
PARAGRAPHS = (
    "The stone bridge over the river opened again on Monday after two years of repairs, the county said in a report.",
    "Engineers replaced four of its arches and laid a new road surface, which should last for at least fifty years.",
    "Lorries had to take a detour of thirty kilometres since the flood of 2024 had damaged two of the piers.",
)
TEXT = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)

Make = Callable[..., PageMessage]


@pytest.fixture
def page() -> Make:
    """A page of the given HTML; other fields by name."""

    def make(html: str | None = None, **fields: Any) -> PageMessage:
        return PageMessage(**{"url": URL, "html": html, "fetched_at": FETCHED, **fields})

    return make


@pytest.fixture
def article_html() -> Callable[..., str]:
    """An article in HTML: `head` inside <head>, `before` and `after` around its three paragraphs."""

    def make(head: str = "", before: str = "<h1>Bridge reopens</h1>", after: str = "") -> str:
        return f"<html><head>{head}</head><body><main>{before}<div>{TEXT}</div>{after}</main></body></html>"

    return make


@pytest.fixture
def paragraphs() -> tuple[str, ...]:
    return PARAGRAPHS
