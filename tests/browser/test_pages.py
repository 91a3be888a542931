"""The web page as a reader uses it: in a real browser, over real servers."""

import re
from typing import Any
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Page, expect
from support.messages import enriched
from support.reading import ARABIC, HEBREW, ordinary

pytestmark = [pytest.mark.browser, pytest.mark.stack]
expect.set_options(timeout=60_000)
NEWS = ordinary()
GERMAN = sum(a.language == "de" for a in NEWS)
ENGLISH = len(NEWS) - GERMAN


def ask(page: Page, words: str) -> None:
    """Type a search and send it."""
    page.get_by_label("Search the archive").fill(words)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]q=" + re.escape(quote_plus(words))))


def says(page: Page, count: int) -> None:
    """The page tells that it found `count` articles."""
    expect(page.get_by_role("status")).to_contain_text(re.compile(rf"^\s*{count} articles?\b"))


def test_a_search_marks_what_it_found_and_turns_pages(reader: Any) -> None:
    page = reader.open()
    ask(page, "weapon")
    says(page, ENGLISH)
    assert page.locator(".hits .snippet mark").all_inner_texts() == ["weapons"] * ENGLISH
    ask(page, "harbour")
    says(page, len(NEWS))
    assert page.locator(".hits > li").count() == 20
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("status")).to_contain_text("page 2")
    assert page.locator(".hits > li").count() == len(NEWS) - 20


def test_a_facet_is_on_as_a_chip_until_taken_off(reader: Any) -> None:
    page = reader.open("/?q=harbour")
    facet = page.get_by_role("complementary", name="Narrow the search")
    facet.get_by_role("link", name=f"German {GERMAN}", exact=True).click()
    says(page, GERMAN)
    assert set(page.locator(".hits article").evaluate_all("all => all.map(one => one.lang)")) == {"de"}
    expect(facet.locator("[aria-current]")).to_contain_text("German")
    page.get_by_role("link", name="Remove the filter language: German").click()
    says(page, len(NEWS))
    assert page.locator(".chips").count() == 0


def test_a_bar_of_the_timeline_narrows_the_search_to_its_time(reader: Any) -> None:
    page = reader.open("/?q=harbour")
    bars = page.get_by_role("group", name="Articles over time").locator("a")
    labels = [str(bar.get_attribute("aria-label")) for bar in bars.all()]
    counts = [int(label.rpartition(": ")[2].split()[0]) for label in labels]
    assert sum(counts) == len(NEWS)
    bars.nth(1).click()
    expect(page).to_have_url(re.compile("from=.*&to="))
    says(page, counts[1])
    expect(page.locator(".chips li")).to_have_count(2)


def test_an_article_leads_to_its_original_first_and_to_its_entities(reader: Any) -> None:
    page = reader.open("/?q=title:7")
    page.get_by_role("link", name="Harbour report 7").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbour report 7")
    first = page.locator("main a").first
    assert first.get_attribute("href") == NEWS[7].url
    assert "noopener" in str(first.get_attribute("rel"))
    assert page.locator(".body p").all_inner_texts() == NEWS[7].body.split("\n\n")
    page.locator(".body a.entity", has_text="Lisbon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lisbon place")
    page.get_by_role("link", name=f"{len(NEWS)} articles name it").click()
    says(page, len(NEWS))
    expect(page.get_by_role("link", name="Remove the filter entity: Lisbon")).to_be_visible()


def test_a_journey_is_told_by_address(reader: Any) -> None:
    page = reader.open()
    page.get_by_role("link", name="Where is my article?").click()
    page.get_by_label("Address of the page").fill(NEWS[2].url + "?utm_source=x#top")
    page.get_by_role("button", name="Tell me").click()
    expect(page.locator(".fate")).to_have_text("indexed")
    assert [step.split()[0] for step in page.locator(".trail li").all_inner_texts()][:3] == ["fetch", "clean", "enrich"]
    page.get_by_role("link", name="Read the article").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbour report 2")


def test_the_api_is_described(reader: Any) -> None:
    page = reader.open("/docs")
    for endpoint in ("GET /v1/search", "POST /v1/articles", "GET /v1/journey"):
        expect(page.get_by_role("heading", name=endpoint)).to_be_visible()


def test_nothing_found_and_what_went_wrong_are_said(reader: Any) -> None:
    page = reader.open("/?q=qqqqqq&language=de")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.get_by_role("link", name="Remove the filter language: German").click()
    expect(page.locator(".chips")).to_have_count(0)
    ask(page, "(harbour")
    expect(page.get_by_role("alert")).to_contain_text("has no )")
    expect(page.get_by_label("Search the archive")).to_have_value("(harbour")
    reader.refusals_wanted += 1
    reader.open(f"/articles/{enriched('nowhere').id}", 404)
    reader.open("/nothing", 404)


def test_back_and_reload_keep_what_was_asked(reader: Any) -> None:
    page = reader.open("/?q=harbour&language=de")
    page.get_by_label("Sort").select_option("oldest")
    expect(page).to_have_url(re.compile("sort=oldest"))
    hits = page.locator(".hits h2").all_inner_texts()
    assert hits == [a.title for a in reversed(NEWS) if a.language == "de"]
    page.get_by_role("link", name=hits[0]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(hits[0])
    page.go_back()
    page.reload()
    says(page, GERMAN)
    assert page.locator(".hits h2").all_inner_texts() == hits
    expect(page.get_by_label("Search the archive")).to_have_value("harbour")
    expect(page.get_by_label("Sort")).to_have_value("oldest")


def test_it_is_all_there_without_javascript(plain_reader: Any) -> None:
    page = plain_reader.open()
    ask(page, "weapons")
    page.get_by_role("link", name=f"German {GERMAN}", exact=True).click()
    says(page, GERMAN)
    page.get_by_label("Sort").select_option("oldest")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile("language=de"))
    says(page, GERMAN)
    page.locator(".hits h2 a").first.click()
    expect(page.locator(".body a.entity")).to_have_text("Lisbon")
    expect(page.locator(".trail li").first).to_contain_text("fetch")


def test_the_keyboard_reaches_everything(reader: Any) -> None:
    page = reader.open("/?q=harbour")
    page.keyboard.press("/")
    expect(page.get_by_label("Search the archive")).to_be_focused()
    page.keyboard.type("/")
    expect(page.get_by_label("Search the archive")).to_have_value("/")
    page = reader.open("/?q=title:7")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    hit = page.get_by_role("link", name="Harbour report 7")
    for _ in range(12):
        page.keyboard.press("Tab")
        if hit.evaluate("one => one === document.activeElement"):
            return
    pytest.fail("twelve times Tab from the content's start does not reach the first hit")


def test_counts_are_never_broken_over_lines(reader: Any) -> None:
    choice = reader.open("/?q=harbour").locator(".facet a").filter(has=reader.page.locator("data")).first
    lines = choice.evaluate(
        """(link, label) => {
            link.querySelector("span").textContent = label;
            const count = link.querySelector("data"), text = document.createRange();
            count.textContent = "1,234,567";
            text.selectNodeContents(count);
            return text.getClientRects().length;
        }""",
        "economy, business, finance and whatever else there is",
    )
    assert lines == 1


@pytest.mark.parametrize("address", ["/", "/sources", "/stories", "/trending"])
def test_a_heading_without_a_space_stays_in_the_window(reader: Any, address: str) -> None:
    page = reader.open(address)
    page.locator("h1").first.evaluate("heading => heading.prepend('W'.repeat(600))")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_article_prints_as_its_text_with_its_address(reader: Any) -> None:
    page = reader.open("/?q=harbour")
    page.locator(".hits h2 a").first.click()
    original = page.get_by_role("link", name="Read the original").first
    address = original.get_attribute("href")
    page.emulate_media(media="print")
    expect(page.locator("article.full")).to_be_visible()
    for gone in ("nav", "aside"):
        expect(page.locator(gone).first).to_be_hidden()
    printed = original.evaluate("link => getComputedStyle(link, '::after').content")
    assert printed == f'" (" "{address}" ")"' or address in printed
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("address", ["/", "/?q=harbour&language=de&from=2026", "/?q=(", "/journey", "/docs"])
def test_a_narrow_window_scrolls_one_way_only(narrow_reader: Any, address: str) -> None:
    page = narrow_reader.open(address, 422 if address.endswith("(") else 200)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_right_to_left_texts_run_so_and_their_furniture_does_not(reader: Any) -> None:
    for text, code in ((ARABIC, "ar"), (HEBREW, "he")):
        page = reader.open(f"/?language={code}")
        page.get_by_role("link", name=text).click()
        expect(page.locator("article")).to_have_attribute("lang", code)
        direction = "one => getComputedStyle(one).direction"
        assert page.get_by_role("heading", level=1).evaluate(direction) == "rtl"
        assert page.locator("article .meta").evaluate(direction) == "ltr"
