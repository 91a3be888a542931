"""Reciprocal rank fusion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search.fusion import fuse, rank

ids = st.lists(st.sampled_from("abcdefghij"), unique=True)


def test_the_sum_over_both_rankings_decides() -> None:
    # 1/61 + 1/63 for a, 1/62 + 1/61 for b, 1/63 for c, 1/62 for d
    assert fuse(["a", "b", "c"], ["b", "d", "a"]) == ["b", "a", "d", "c"]


def test_the_constant_says_how_much_the_first_places_weigh() -> None:
    one, other = ["x", "a"], ["b", "c", "d", "a"]
    assert fuse(one, other, k=60)[0] == "a"
    assert fuse(one, other, k=0)[0] == "x"


def test_in_a_tie_the_first_ranking_comes_first() -> None:
    assert fuse(["a", "c"], ["b", "d"]) == ["a", "b", "c", "d"]


@given(ids, ids)
def test_each_id_comes_once(one: list[str], other: list[str]) -> None:
    fused = fuse(one, other)
    assert len(fused) == len(set(fused))
    assert set(fused) == {*one, *other}


@given(ids)
def test_one_ranking_alone_or_twice_stays_as_it_is(ranking: list[str]) -> None:
    assert fuse(ranking, []) == fuse([], ranking) == fuse(ranking, ranking) == ranking


@given(ids, ids)
def test_what_is_higher_in_both_is_higher(one: list[str], other: list[str]) -> None:
    fused = fuse(one, other)
    both = [i for i in fused if i in one and i in other]
    for a in both:
        for b in both:
            if one.index(a) < one.index(b) and other.index(a) < other.index(b):
                assert fused.index(a) < fused.index(b)


@pytest.mark.parametrize(("identity", "expected"), [("a", 1), ("b", 2), ("c", None)])
def test_ranks_begin_at_one(identity: str, expected: int | None) -> None:
    assert rank(["a", "b"], identity) == expected
