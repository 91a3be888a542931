"""What is dropped of an article since it recurs, and what stays although it does."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.followed import ENDING, HOST, ordinary, page_of, paragraphs, prose

from services.clean.extract import Finding, extract
from services.clean.learned import LONG, MOST, SHORT, Extraction, extraction, host_of, without
from services.clean.limits import CleanLimits
from services.clean.sightings import Memory, Recurs, key_of, recurring, with_article
from services.clean.words import count_words
from services.contracts.messages import PageMessage

LIMITS = CleanLimits()
ALWAYS = Recurs(20, 20, 1.0)


def follow(pages: Iterable[PageMessage]) -> list[Extraction]:
    """Each page with what was learned from those before it."""
    known: Memory = ()
    made = []
    for page in pages:
        made.append(extraction(page, LIMITS, recurring(known)))
        assert made[-1].seen
        known = with_article(known, made[-1].seen)
    return made


def lines_of(made: Extraction) -> list[str]:
    assert isinstance(made.found, Finding)
    return made.found.kept


def test_the_last_line_of_all_articles_goes_from_the_fifth_on() -> None:
    made = follow(map(ordinary, range(8)))
    assert [ENDING in lines_of(one) for one in made] == [True] * 4 + [False] * 4
    assert [one.dropped for one in made] == [0] * 4 + [1] * 4
    assert [lines_of(one) for one in made[4:]] == [paragraphs(n) for n in range(4, 8)]
    found = made[6].found
    assert isinstance(found, Finding)
    assert f"recurs in 6 of 6 articles of {HOST}" in found.reasons


def test_what_is_learned_of_html_holds_for_scraped_text() -> None:
    *_, last = follow([*map(ordinary, range(6)), scraped(6)])
    assert lines_of(last) == paragraphs(6)


def scraped(number: int) -> PageMessage:
    text = "\n".join([*paragraphs(number), ENDING])
    return PageMessage(
        url=f"https://{HOST}/{number}", title="A text", text=text, fetched_at=ordinary(number).fetched_at
    )


def test_the_first_line_goes_too() -> None:
    made = follow(page_of(n, ["Listen to this article in our morning programme", *paragraphs(n)]) for n in range(6))
    assert lines_of(made[5]) == paragraphs(5)


def test_a_line_within_goes_when_most_articles_have_it() -> None:
    promotion = "The sea and its people, in words and pictures"
    made = follow(page_of(n, [*paragraphs(n)[:3], promotion, *paragraphs(n)[3:]]) for n in range(12))
    assert [promotion in lines_of(one) for one in made] == [True] * 8 + [False] * 4


@pytest.mark.parametrize("heading", ["What we know", "Weather", "In other news"])
def test_headings_stay(heading: str) -> None:
    made = follow(page_of(n, [*paragraphs(n)[:3], heading, *paragraphs(n)[3:]]) for n in range(20))
    assert all(heading in lines_of(one) for one in made)
    first = follow(page_of(n, [heading, *paragraphs(n)]) for n in range(20))
    assert all(one.dropped == 0 for one in first)


def test_a_sentence_at_the_end_goes_when_half_of_the_articles_have_it() -> None:
    made = follow(page_of(n, [*paragraphs(n), f"{ENDING}."]) for n in range(11))
    assert [f"{ENDING}." in lines_of(one) for one in made] == [True] * 8 + [False] * 3


def test_a_line_at_the_end_may_have_another_after_it() -> None:
    made = follow(page_of(n, [*paragraphs(n), ENDING, f"Written by Reporter {n} of the bay"]) for n in range(6))
    assert [ENDING in lines_of(one) for one in made] == [True] * 4 + [False] * 2


def test_background_that_half_the_articles_share_stays() -> None:
    background = prose("background", LONG)
    inner = [[background] if n % 2 else [] for n in range(24)]
    made = follow(page_of(n, [*paragraphs(n)[:3], *inner[n], *paragraphs(n)[3:]]) for n in range(24))
    assert all(one.dropped == 0 for one in made)


def test_an_article_sent_again_and_again_loses_nothing() -> None:
    made = follow(ordinary(1, f"copy-{n}") for n in range(60))
    assert all(one.dropped == 0 for one in made)


def test_without_memory_it_is_extract() -> None:
    made = extraction(ordinary(1), LIMITS, {})
    assert made.outcome == extract(ordinary(1), LIMITS)
    assert made.host == host_of(ordinary(1)) == HOST


def test_no_page_gets_too_short_by_it() -> None:
    page = page_of(1, [prose("short", 35), ENDING])
    assert extraction(page, CleanLimits(min_words=42), {key_of(ENDING): ALWAYS}).dropped == 0
    assert extraction(page, CleanLimits(min_words=20), {key_of(ENDING): ALWAYS}).dropped == 1


LINE = st.integers(1, 40).flatmap(lambda n: st.lists(st.sampled_from("abcdefgh"), min_size=n, max_size=n).map(" ".join))


@given(st.lists(LINE, min_size=1, max_size=12), st.data(), st.integers(0, 60))
def test_at_most_a_third_goes_and_enough_is_left(lines: list[str], data: st.DataObject, least: int) -> None:
    keys = [key_of(line) for line in lines]
    known = data.draw(st.dictionaries(st.sampled_from(keys), st.sampled_from([ALWAYS, Recurs(4, 12, 0.33)])))
    found = Finding("T", tuple(lines), (None,) * len(lines), None)
    left = without(found, keys, known, HOST, least)
    before, after = (sum(map(count_words, one.kept)) for one in (found, left))
    assert left.lines == found.lines
    assert before - after <= MOST * before
    assert after >= min(before, least)
    for at, line in enumerate(lines):
        if left.reasons[at]:
            assert keys[at] in known
            assert count_words(line) >= SHORT or all(key in known for key in keys[at:]), "no heading of a text"
