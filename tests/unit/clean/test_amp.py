"""AMP pages: their own furniture goes, what those may read who are granted it stays."""

from collections.abc import Callable

import pytest

from services.clean.extract import Finding, examine
from services.clean.limits import CleanLimits
from services.contracts.messages import PageMessage

Make = Callable[..., PageMessage]
BOX = "The box of the bridge says in a sentence of some length what readers may know of its stones."


def kept(page: PageMessage) -> list[str]:
    found = examine(page, CleanLimits())
    assert isinstance(found, Finding)
    return found.kept


def amp(text: str, more: str, mark: str = "⚡") -> str:
    return f"<!doctype html><html {mark}><body><article><h1>Bridge reopens</h1>{text}{more}</article></body></html>"


@pytest.mark.parametrize(
    "furniture",
    [
        f"<amp-sidebar layout=nodisplay><div>{BOX}</div></amp-sidebar>",
        f"<amp-ad width=300><div placeholder>{BOX}</div></amp-ad>",
        f"<amp-consent><div id=ui>{BOX}</div></amp-consent>",
        f"<amp-embed type=taboola><p fallback>{BOX}</p></amp-embed>",
        f"<amp-list src=/related.json><div fallback>{BOX}</div></amp-list>",
        f"<amp-carousel><div>{BOX}</div></amp-carousel>",
        f"<amp-user-notification>{BOX}</amp-user-notification>",
        f"<section subscriptions-section=content-not-granted><p>{BOX}</p></section>",
        f"<div subscriptions-dialog subscriptions-display='NOT granted'><p>{BOX}</p></div>",
        f"<div amp-access='NOT subscriber' amp-access-hide><p>{BOX}</p></div>",
        f"<template type=amp-mustache><p>{BOX} {{{{name}}}}</p></template>",
    ],
)
@pytest.mark.parametrize("mark", ["amp", "⚡"])
def test_furniture(page: Make, paragraphs: tuple[str, ...], furniture: str, mark: str) -> None:
    text = "".join(f"<p>{line}</p>" for line in paragraphs)
    assert kept(page(amp(text, furniture, mark))) == list(paragraphs)
    assert kept(page(amp(f"<p>{paragraphs[0]}</p>{furniture}", f"<p>{paragraphs[1]}</p>", mark))) == list(
        paragraphs[:2]
    )


@pytest.mark.parametrize(
    "section",
    [
        f"<section subscriptions-section=content><p>{BOX}</p></section>",
        f"<div amp-access=subscriber amp-access-hide><p>{BOX}</p></div>",
        f"<div subscriptions-display=granted><p>{BOX}</p></div>",
        f"<amp-accordion><section expanded><p>{BOX}</p></section></amp-accordion>",
        f"<amp-live-list><div items><p>{BOX}</p></div></amp-live-list>",
    ],
)
def test_the_article_for_those_who_may_read_it(page: Make, paragraphs: tuple[str, ...], section: str) -> None:
    text = "".join(f"<p>{line}</p>" for line in paragraphs)
    assert kept(page(amp(text, section))) == [*paragraphs, BOX]


def test_other_pages_stay_as_they_are(page: Make, paragraphs: tuple[str, ...]) -> None:
    """What an element called so means elsewhere, nobody says."""
    text = "".join(f"<p>{line}</p>" for line in paragraphs)
    assert kept(page(amp(text, f"<amp-list><p>{BOX}</p></amp-list>", ""))) == [*paragraphs, BOX]
