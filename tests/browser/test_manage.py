"""Sources, saved searches and the status page as people use them, with and without scripts."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from support.accessibility import check
from support.reading import CANARY

pytestmark = [pytest.mark.browser, pytest.mark.stack]
expect.set_options(timeout=60_000)
HOSTILE = f'"><script>window.{CANARY}=1</script>'


@pytest.mark.parametrize("who", ["reader", "plain_reader"])
def test_a_source_is_followed_and_removed(request: pytest.FixtureRequest, who: str) -> None:
    reader: Any = request.getfixturevalue(who)
    page = reader.open("/sources")
    page.get_by_label("Address of a site, feed or sitemap to follow").fill(f"https://{who.replace('_', '-')}.example/")
    page.get_by_label("Name").fill(f"{who} {HOSTILE}")
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("The source is followed")
    card = page.locator(".card")
    expect(card).to_have_count(1)
    expect(card.get_by_role("heading")).to_have_text(f"{who} {HOSTILE}")
    card.get_by_text("Addresses and actions").click()
    card.get_by_role("button", name="Switch off").click()
    expect(page.locator(".card .fate")).to_have_text("off")
    page.get_by_text("Addresses and actions").click()
    page.get_by_text("Follow it no more").click()
    page.get_by_role("button", name="Yes, remove this source").click()
    expect(page.get_by_role("status")).to_contain_text("followed no more")


def test_a_search_is_saved_and_its_feed_read(reader: Any) -> None:
    page = reader.open("/?q=harbour&language=de")
    page.get_by_text("Save this search").click()
    page.get_by_label("Name").fill(f"Ports {HOSTILE}")
    page.get_by_role("button", name="Save", exact=True).click()
    card = page.locator(".card", has_text="Ports")
    expect(card).to_contain_text("language: de")
    feed = card.get_by_role("link", name="RSS").get_attribute("href")
    answer = page.request.get(reader.site + str(feed))
    assert answer.text().count("<item>") > 0
    card.get_by_role("heading").get_by_role("link").click()
    expect(page).to_have_url(re.compile("language=de"))
    page.go_back()
    page.get_by_text("Forget it").click()
    page.get_by_role("button", name="Yes, forget this search").click()
    expect(page.get_by_role("status")).to_contain_text("is gone")


def test_a_webhook_is_set_and_its_secret_shown_once(reader: Any, shot: Any) -> None:
    page = reader.open("/?q=harbour")
    page.get_by_text("Save this search").click()
    page.get_by_label("Name").fill(f"Hook {HOSTILE}")
    page.get_by_role("button", name="Save", exact=True).click()
    card = page.locator(".card", has_text="Hook")
    card.get_by_text("Tell a webhook of new articles").click()
    card.get_by_label("Address").fill("http://10.0.0.1/")
    reader.refusals_wanted += 1
    card.get_by_role("button", name="Set it").click()
    expect(page.get_by_role("alert")).to_contain_text("no public address")
    card.get_by_text("Tell a webhook of new articles").click()
    card.get_by_label("Address").fill("https://hooks.example/secret-path")
    card.get_by_role("button", name="Set it").click()
    expect(card.get_by_role("status")).to_contain_text("whsec_")
    expect(card).to_contain_text("https://hooks.example 0 delivered")
    expect(card).not_to_contain_text("secret-path")
    check(page)
    shot(page, "webhook")
    reader.open("/saved")
    expect(page.locator(".card", has_text="Hook")).not_to_contain_text("whsec_")
    card.get_by_text("Change or try its webhook").click()
    card.get_by_role("button", name="Take it away").click()
    expect(page.get_by_role("status")).to_contain_text("The webhook is gone")
    card.get_by_text("Forget it").click()
    card.get_by_role("button", name="Yes, forget this search").click()


def test_the_status_page_keeps_itself_fresh_and_what_is_typed(reader: Any) -> None:
    page = reader.open("/pipeline")
    expect(page.locator("[data-live-note]")).to_have_text("Refreshes by itself.")
    page.get_by_placeholder("Where is my article?").fill("https://alpha.example/x")
    page.locator("[data-live] .notice").evaluate("one => one.setAttribute('data-old', '1')")
    expect(page.locator("[data-old]")).to_have_count(0)  # replaced by a fresh one
    expect(page.get_by_placeholder("Where is my article?")).to_have_value("https://alpha.example/x")
    expect(page.locator("[data-live]")).to_contain_text("does not answer")
    expect(page.get_by_role("region", name="Fates")).to_contain_text("indexed")


def test_without_scripts_the_status_page_says_to_reload(plain_reader: Any) -> None:
    page = plain_reader.open("/pipeline")
    expect(page.locator("[data-live-note]")).to_contain_text("Reload the page")


@pytest.mark.parametrize("address", ["/sources", "/saved", "/pipeline"])
def test_pages_fit_the_narrowest_window(narrow_reader: Any, address: str) -> None:
    page = narrow_reader.open(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
