"""WCAG 2.2 AA as far as a machine can tell: axe-core (https://github.com/dequelabs/axe-core) over every page."""

from typing import Any

import pytest
from support.accessibility import check
from support.reading import ARABIC, attacking, one_story, ordinary, right_to_left

pytestmark = [pytest.mark.browser, pytest.mark.stack]
PAGES = {
    "start": "/",
    "hits": "/?q=harbour",
    "narrowed": "/?q=harbour&language=de&sort=newest",
    "none": "/?q=nothingislikethis",
    "refused": "/?q=%22harbour",
    "right to left": f"/?q={ARABIC}",
    "article": f"/articles/{ordinary()[0].id}",
    "article from the right": f"/articles/{right_to_left()[0].id}",
    "hostile article": f"/articles/{attacking()[0].id}",
    "no such article": f"/articles/{'0' * 64}",
    "entity": "/entities/place:lisbon",
    "entity with a picture": "/entities/place:paros",
    "explained": "/?q=harbour&explain=true",
    "stories": "/stories?window=30d",
    "story": f"/stories/{one_story()[2].id}",
    "trending": "/trending",
    "journey": f"/journey?url={ordinary()[0].url}",
    "sources": "/sources",
    "saved searches": "/saved",
    "pipeline": "/pipeline",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible(reader: Any, name: str, scheme: Any) -> None:
    reader.page.emulate_media(color_scheme=scheme)
    check(reader.open(PAGES[name], 200, 404, 422))


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_page_is_accessible(narrow_reader: Any, name: str) -> None:
    check(narrow_reader.open(PAGES[name], 200, 404, 422))


def test_what_opens_is_accessible(reader: Any) -> None:
    page = reader.open("/?q=harbour")
    page.get_by_text("Save this search").click()
    check(page)
    page.get_by_role("combobox", name="Search the archive").fill("")
    page.get_by_role("combobox", name="Search the archive").press_sequentially("har")
    page.get_by_role("listbox", name="Suggestions").get_by_role("option").first.wait_for()
    check(page)


def test_the_check_finds_what_is_wrong(reader: Any) -> None:
    page = reader.open()
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<input>')")
    with pytest.raises(AssertionError, match="label"):
        check(page)
