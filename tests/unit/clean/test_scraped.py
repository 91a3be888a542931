"""Articles as scrapers leave them, in many languages (scraped.txt): all furniture gone, no sentence lost."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.clean.extract import extract
from services.clean.learned import extraction
from services.clean.limits import CleanLimits
from services.clean.record import record
from services.clean.text import read_text
from services.contracts.messages import Article, PageMessage


@dataclass(frozen=True)
class Scraped:
    """A case: what the scraper left, and which of its lines are the article's."""

    language: str
    title: str
    text: str
    kept: tuple[str, ...]


def case(block: str) -> Scraped:
    head, title, *rest = block.strip().split("\n")
    kept = tuple(line for line in rest if not line.startswith("> "))
    return Scraped(head.split()[0], title, "\n\n".join(line.removeprefix("> ") for line in (title, *rest)), kept)


FILE = Path(__file__).with_name("scraped.txt")
BLOCKS = re.split(r"^== ", FILE.read_text("utf-8"), flags=re.MULTILINE)[1:]
CASES = {block.split("\n", 1)[0]: case(block) for block in BLOCKS}


def test_there_are_many_in_many_languages() -> None:
    assert len(CASES) >= 24
    assert len({one.language for one in CASES.values()}) >= 12


@pytest.mark.parametrize("name", CASES)
def test_furniture_goes_and_the_article_stays(name: str) -> None:
    title, lines, reasons = read_text(CASES[name].text, None)
    assert title == CASES[name].title
    assert [line for line, reason in zip(lines, reasons, strict=True) if reason is None] == list(CASES[name].kept)


@pytest.mark.parametrize("name", CASES)
def test_the_service_makes_an_article_of_it(name: str) -> None:
    found = extract(PageMessage(url="https://news.example/a", text=CASES[name].text), CleanLimits(min_words=5))
    assert isinstance(found, Article)
    assert (found.language, found.body) == (CASES[name].language, "\n\n".join(CASES[name].kept))


@pytest.mark.parametrize("name", CASES)
def test_explain_says_of_each_line_why(name: str) -> None:
    """Every line is there once, kept or with a reason."""
    page = PageMessage(url="https://news.example/a", text=CASES[name].text)
    made = record(page, extraction(page, CleanLimits(), {}), explain=True)
    assert [block["text"] for block in made["blocks"]] == CASES[name].text.split("\n\n")
    assert all(block["kept"] is (block["reason"] is None) for block in made["blocks"])
    assert tuple(block["text"] for block in made["blocks"] if block["kept"]) == CASES[name].kept


def test_a_heading_before_the_first_paragraph_stays_where_no_furniture_is() -> None:
    paragraph = "The bridge was closed in 2024 after a flood had damaged two of its piers badly."
    _, lines, reasons = read_text(f"Bridge reopens\n\nA long closure\n\n{paragraph}", None)
    assert reasons[lines.index("A long closure")] is None


def test_a_sentence_that_ends_with_the_authors_name_is_no_byline() -> None:
    paragraph = "For forty years every bell in the valley of the river Tarn was cast by hand by Ann Lee."
    _, lines, reasons = read_text(f"Bells\n\nBy Ann Lee\n\n{paragraph}", None)
    assert reasons == ["the title again", "a byline", None], lines
