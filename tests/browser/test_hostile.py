"""Articles are written by strangers: whatever stands in them, a reader's browser shows it and runs none of it."""

from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect
from support.reading import ATTACKS, CANARY, attacking

pytestmark = [pytest.mark.browser, pytest.mark.stack]
HOSTILE = attacking()
FORBIDDEN = "script, img, svg, iframe, form, base, meta, link, [onload], [onerror], [onfocus], [onclick], [ontoggle]"


def test_the_alarm_goes_off_when_a_script_runs(reader: Any) -> None:
    page = reader.open()
    page.evaluate(f"window.{CANARY} = 1")
    assert reader.faults == ["a foreign script ran"]
    reader.faults.clear()


def test_hits_facets_and_chips_show_attacks_as_text(reader: Any) -> None:
    page = reader.open("/?q=hostile&sort=newest")
    titles = page.locator(".hits h2").evaluate_all("all => all.map(one => one.textContent)")
    assert titles == [a.title for a in HOSTILE[:20]]
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".hits > li")).to_have_count(len(HOSTILE) - 20)


def test_filters_and_searches_that_attack_are_shown_as_text(reader: Any) -> None:
    for text in ATTACKS:
        page = reader.open("/?" + urlencode({"source": text, "exclude_topic": "x" + text}))
        chips = page.locator(".chips bdi").evaluate_all("all => all.map(one => one.textContent)")
        assert chips == [text, "x" + text]
        page = reader.open("/?" + urlencode({"q": text}), 200, 422)
        expect(page.get_by_label("Search the archive")).to_have_value(text)


def test_articles_show_their_attacks_as_text(reader: Any) -> None:
    for article, text in zip(HOSTILE, ATTACKS, strict=True):
        page = reader.open(f"/articles/{article.id}")
        assert page.get_by_role("heading", level=1).evaluate("one => one.textContent") == article.title
        paragraphs = page.locator(".body p").evaluate_all("all => all.map(one => one.textContent)")
        assert paragraphs == article.body.split("\n\n")
        assert page.locator(".body a.entity").get_attribute("title") == f"{text} (person)"
        assert page.locator("main a").first.get_attribute("href") == article.url
        assert page.locator(f"main :is({FORBIDDEN})").count() == 0


@pytest.mark.parametrize("address", ["javascript:window.__xss=1", '"><script>window.__xss=1</script>'])
def test_an_address_that_is_none_is_shown_as_text(reader: Any, address: str) -> None:
    page = reader.open("/journey?" + urlencode({"url": address}), 404)
    expect(page.get_by_label("Address of the page")).to_have_value(address)
