"""A stranger's question, answered by the page alone: what did German-language sources write about Lisbon last month,
and when did it peak? Each step leaves a screenshot.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from support.reading import last_month, last_months

pytestmark = [pytest.mark.browser, pytest.mark.stack]


def test_what_was_written_in_german_last_month_and_when_most(stranger: Any, shot: Callable[[Page, str], None]) -> None:
    month = last_month(datetime.now(UTC))
    wanted = [
        article
        for article in last_months(datetime.now(UTC))
        if article.language == "de" and article.published_at and f"{article.published_at:%Y-%m}" == f"{month:%Y-%m}"
    ]

    page = stranger.open()
    shot(page, "1-start")
    page.get_by_label("Search the archive").fill("Lissabon")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=Lissabon"))
    shot(page, "2-asked")
    page.get_by_role("complementary", name="Narrow the search").get_by_role(
        "link", name=re.compile(r"^German \d+$")
    ).click()
    expect(page.get_by_role("link", name="Remove the filter language: German")).to_be_visible()
    shot(page, "3-german")
    page.get_by_role("link", name=f"{month:%B %Y}").click()
    expect(page.get_by_role("status")).to_contain_text(re.compile(rf"^\s*{len(wanted)} articles"))
    shot(page, "4-last-month")
    expect(page.locator(".busiest")).to_have_text(f"Most: {month:%Y-%m}-17: 6 articles")
    page.locator(".busiest a").click()
    expect(page.get_by_role("status")).to_contain_text(re.compile(r"^\s*6 articles"))
    assert set(page.locator(".hits article").evaluate_all("all => all.map(one => one.lang)")) == {"de"}
    shot(page, "5-the-peak")


def test_dragging_over_the_timeline_narrows_to_the_days_under_it(stranger: Any) -> None:
    page = stranger.open(
        f"/?q=Lissabon&from={last_month(datetime.now(UTC)):%Y-%m}&to={last_month(datetime.now(UTC)):%Y-%m}"
    )
    bars = page.get_by_role("group", name="Articles over time").locator("a")
    labels = [str(bar.get_attribute("aria-label")) for bar in bars.all()]
    counts = [int(label.rpartition(": ")[2].split()[0]) for label in labels]
    first, last = (bars.nth(n).locator("rect").bounding_box() for n in (4, 9))
    assert first is not None
    assert last is not None
    middle = first["y"] + first["height"] - 3
    page.mouse.move(first["x"] + first["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(first["x"] + 3 * first["width"], middle, steps=4)
    expect(page.locator(".timeline .chosen")).to_be_visible()
    page.mouse.move(last["x"] + last["width"] / 2, middle, steps=4)
    page.mouse.up()
    begin, end = labels[4].partition(":")[0], labels[9].partition(":")[0]
    expect(page).to_have_url(re.compile(f"from={begin}&to={end}"))
    expect(page.get_by_role("status")).to_contain_text(re.compile(rf"^\s*{sum(counts[4:10])} articles"))


def test_a_drag_that_is_given_up_and_a_click_on_a_bar(stranger: Any) -> None:
    page = stranger.open("/?q=Lissabon")
    chart = page.locator(".timeline svg").bounding_box()
    assert chart is not None
    page.mouse.move(chart["x"] + 50, chart["y"] + chart["height"] - 3)
    page.mouse.down()
    page.mouse.move(chart["x"] + 300, chart["y"] + chart["height"] - 3, steps=4)
    page.keyboard.press("Escape")
    expect(page.locator(".timeline .chosen")).to_have_count(0)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"/\?q=Lissabon$"))
    page.locator(".timeline a").nth(3).click()
    expect(page).to_have_url(re.compile("from=.*&to="))
