"""The memory of a host: what recurs, what does not, and that no order and no repetition changes it."""

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st
from support.followed import ENDING, paragraphs

from services.clean.sightings import (
    HALF_LIFE_S,
    LEAST,
    LINES,
    WINDOW,
    Memory,
    Sighting,
    key_of,
    merged,
    recurring,
    sighting,
    with_article,
)
from services.contracts.shingles import fingerprint
from services.contracts.urls import article_id

KEY = key_of(ENDING)
SIGHTINGS = st.builds(
    Sighting,
    at=st.integers(0, 50),
    id=st.sampled_from([article_id(f"https://echo.example/{n}")[:16] for n in range(60)]),
    sketch=st.sampled_from(["", "aaaabbbbccccdddd", "aaaabbbbcccceeee", "ffff0000ffff1111"]),
    lines=st.lists(st.sampled_from([key_of(str(n)) for n in range(5)]), min_size=1, max_size=4).map("".join),
)
MANY = st.lists(SIGHTINGS, max_size=80)


def seen(number: int, lines: Sequence[str], address: str | None = None, at: int | None = None) -> Sighting:
    identity = article_id(f"https://echo.example/{address or number}")
    return sighting(number if at is None else at, identity, fingerprint("\n\n".join(lines)), [*map(key_of, lines)])


def ordinary(number: int, address: str | None = None) -> Sighting:
    return seen(number, [*paragraphs(number), ENDING], address)


def remembered(*articles: Sighting, memory: Memory = ()) -> Memory:
    return reduce(with_article, articles, memory)


def test_a_line_recurs_from_the_fourth_different_article_on() -> None:
    known = remembered(*map(ordinary, range(LEAST - 1)))
    assert recurring(known) == {}
    known = remembered(ordinary(LEAST), memory=known)
    assert recurring(known) == {KEY: (4, 4, 1.0)}


def test_a_line_of_few_of_the_articles_does_not_recur() -> None:
    others = [seen(n, paragraphs(n)) for n in range(100, 112)]
    assert KEY not in recurring(remembered(*map(ordinary, range(LEAST)), *others))
    assert KEY in recurring(remembered(*map(ordinary, range(LEAST)), *others[:6]))


def test_older_articles_count_less() -> None:
    later = 3 * HALF_LIFE_S
    new = [seen(n, paragraphs(n), at=later + n) for n in range(50, 56)]
    assert KEY not in recurring(remembered(*map(ordinary, range(8)), *new))
    assert KEY in recurring(remembered(*map(ordinary, range(8)), *(seen(n, paragraphs(n)) for n in range(50, 56))))


def test_spellings_of_a_line_are_one() -> None:
    assert key_of("Sign up — it’s free!") == key_of("sign up  it's  FREE")
    assert key_of("Sign up for free") != key_of("Sign up for three")


def test_one_article_under_a_thousand_addresses_is_one_and_drives_nothing_out() -> None:
    known, text = remembered(*map(ordinary, range(LEAST))), ordinary(7)
    copies = [replace(text, at=n, id=article_id(f"https://echo.example/copy-{n}")[:16]) for n in range(1000)]
    assert len(remembered(*copies, memory=known)) == LEAST + 1
    assert recurring(remembered(*copies)) == {}
    assert recurring(merged(*([copy] for copy in copies))) == {}, "nor if each came to another worker"


def test_versions_of_an_article_that_different_workers_saw_count_once() -> None:
    text = paragraphs(1, 12)
    workers = [remembered(seen(n, [*text[n:], *paragraphs(40 + n, 2)], f"version-{n}")) for n in range(5)]
    assert len(merged(*workers)) == 5
    assert recurring(merged(*workers)) == {}


def test_short_texts_have_no_fingerprint_and_are_told_apart_word_by_word() -> None:
    short = [seen(n, [f"Only word {n}", ENDING]) for n in range(LEAST)]
    assert all(not one.sketch for one in short)
    assert KEY in recurring(remembered(*short))
    assert recurring(remembered(*(seen(1, ["Only word", ENDING], f"{n}") for n in range(50)))) == {}


def test_of_a_long_article_the_ends_are_remembered() -> None:
    lines = [f"Line {n} of the list" for n in range(1000)]
    kept = seen(1, lines).lines
    assert len(kept) == LINES * 10
    assert kept.startswith(key_of(lines[0]))
    assert kept.endswith(key_of(lines[-1]))


@given(MANY, MANY, MANY)
def test_memories_are_joined_in_any_order_and_as_often_as_one_likes(
    a: list[Sighting], b: list[Sighting], c: list[Sighting]
) -> None:
    assert merged(a, b) == merged(b, a)
    assert merged(merged(a, b), c) == merged(a, merged(b, c)) == merged(a, b, c)
    assert merged(a, a) == merged(a) == merged(merged(a), a)
    assert len(merged(a, b, c)) <= WINDOW


@given(MANY, st.randoms(use_true_random=False))
def test_a_replay_counts_nothing_twice(articles: list[Sighting], dice: random.Random) -> None:
    again = [*articles, *dice.sample(articles, len(articles))]
    known = remembered(*again)
    assert len(known) <= WINDOW
    for key, about in recurring(known).items():
        holders = {one.id for one in articles if key in one.lines}
        assert LEAST <= about.articles <= len(holders)
        assert about.articles <= about.of <= len({one.id for one in articles})
        assert about.share <= 1.0


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_up_to_three_articles_teach_nothing_however_often_they_come(numbers: list[int]) -> None:
    some = [n for n in numbers if n < LEAST - 1]
    assert recurring(remembered(*(ordinary(n, f"{n}-{at}") for at, n in enumerate(some)))) == {}
