"""Finding by other ways than a search's words, in a real browser."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from support.reading import ordinary

pytestmark = [pytest.mark.browser, pytest.mark.stack]
expect.set_options(timeout=60_000)
NEWS = ordinary()


def test_what_is_typed_is_completed_by_keyboard(reader: Any) -> None:
    page = reader.open()
    box = page.get_by_role("combobox", name="Search the archive")
    box.press_sequentially("har")
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(options.first).to_have_text(re.compile("^harbour"))
    assert box.get_attribute("aria-expanded") == "true"
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    box.press("Escape")
    expect(options).to_have_count(0)
    box.press_sequentially("b")
    expect(options.first).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    expect(page).to_have_url(re.compile("[?&]q=harbour"))
    expect(page.get_by_role("status")).to_contain_text(f"{len(NEWS)} articles")


def test_hostile_suggestions_are_text(reader: Any) -> None:
    page = reader.open()
    page.get_by_role("combobox", name="Search the archive").press_sequentially("hostile")
    expect(page.get_by_role("option").first).to_be_visible()
    assert (
        page.locator("#suggestions").evaluate("list => list.querySelectorAll('img, script, svg, iframe').length") == 0
    )


@pytest.mark.parametrize("kind", ["reader", "plain_reader", "narrow_reader"])
def test_an_entity_is_reached_from_its_facet_and_what_rises_from_the_top(kind: str, request: Any) -> None:
    page = request.getfixturevalue(kind).open("/?q=harbour")
    page.get_by_role("link", name="About Lisbon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lisbon place")
    expect(page.get_by_role("group", name="Articles over time")).to_be_visible()
    assert page.locator(".brief li").count() == 10
    page.get_by_role("link", name="Trending").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Trending")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("kind", ["reader", "plain_reader", "narrow_reader"])
def test_what_an_entity_appears_with_is_drawn_and_leads_on(kind: str, request: Any) -> None:
    page = request.getfixturevalue(kind).open("/entities/place:paros")
    picture = page.locator(".network")
    assert picture.is_visible() is (kind != "narrow_reader"), "a narrow window has the list alone"
    assert picture.locator("text").all_text_contents()[0] == "Paros"
    assert picture.locator("circle").count() == 4
    assert picture.locator("line").count() == 3 + 3, "to each, and all were named together"
    if picture.is_visible():
        picture.get_by_text("Hellenic Coast Guard").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Hellenic Coast Guard organisation")


def test_an_order_is_explained_on_request(reader: Any) -> None:
    page = reader.open("/?q=harbour+lisbon")
    page.get_by_role("link", name="Why this order?").click()
    first = page.locator(".explained").first
    first.locator("summary").click()
    expect(first).to_contain_text("body harbour")
    expect(first).to_contain_text("recency")
    reader.open("/?q=harbour&sort=newest")
    expect(page.get_by_role("link", name="Why this order?")).to_have_count(0)


@pytest.mark.parametrize("kind", ["reader", "plain_reader", "narrow_reader"])
def test_a_story_is_one_hit_that_leads_to_all_who_told_it(kind: str, request: Any) -> None:
    page = request.getfixturevalue(kind).open("/?q=title:ferry")
    expect(page.get_by_role("status")).to_contain_text("3 articles")
    expect(page.get_by_role("status")).to_contain_text("1 story, each once")
    assert page.locator(".hits > li").count() == 1
    page.get_by_role("link", name="Show every article").click()
    expect(page.locator(".hits > li")).to_have_count(3)
    page.get_by_role("link", name="Show each story once").click()
    page.get_by_role("link", name="2 similar").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ferry aground 2 story")
    assert page.locator("ul.brief li").count() == 3
    assert page.get_by_role("list", name="Sources").get_by_role("link").all_inner_texts() == [
        "Coast 2",
        "Coast 1",
        "Coast 0",
    ]
    page.get_by_role("link", name="Ferry aground 0").click()
    page.get_by_role("link", name="3 articles tell this story").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ferry aground 2 story")
    page.get_by_role("link", name="Stories").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stories")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
