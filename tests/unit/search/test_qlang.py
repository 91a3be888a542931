"""The query language: what is understood, and how what is not is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.search.qlang import MAX_DEPTH, All, AnyOf, Not, QueryError, Term, parse

TREES = {
    "": None,
    "   ": None,
    "harbour": Term("harbour"),
    "frozen vaccine": All((Term("frozen"), Term("vaccine"))),
    '"frozen vaccine"': Term("frozen vaccine", "phrase"),
    "+must": Term("must", must=True),
    "-not": All((Not(Term("not")),)),
    "NOT rain": All((Not(Term("rain")),)),
    "a AND b": All((Term("a"), Term("b"))),
    "train OR tren": AnyOf((Term("train"), Term("tren"))),
    "a b OR c": AnyOf((All((Term("a"), Term("b"))), Term("c"))),
    "(a OR b) c": All((AnyOf((Term("a"), Term("b"))), Term("c"))),
    "title:harbour": Term("harbour", field="title"),
    'author:"Ada Lovelace"': Term("Ada Lovelace", "phrase", "author"),
    "vacc*": Term("vacc", "prefix"),
    "well-known": Term("well-known"),
    "c++": Term("c++"),
    "12:30": Term("12:30"),
    "- alone": Term("alone"),
    "Tom & Jerry": All((Term("Tom"), Term("Jerry"))),
    '"" harbour': Term("harbour"),
    '-"" harbour': Term("harbour"),
    '""~5 harbour': Term("harbour"),
    '"storm lisbon"~5': Term("storm lisbon", "phrase", near=5),
    '+title:"storm lisbon"~0': Term("storm lisbon", "phrase", "title", must=True),
    "-author:*": All((Not(Term("", "any", "author")),)),
    "(tag:* a)": All((Term("", "any", "tag"), Term("a"))),
    "tag:*": Term("", "any", "tag"),
    "c*d": Term("c*d"),
    "NOT ++ harbour": Term("harbour"),
    "title:-- harbour": Term("harbour"),
    "🦆": Term("🦆"),
    "https://news.example/a?b=c-d": Term("https://news.example/a?b=c-d", "url"),
    "(https://news.example/a) x": All((Term("https://news.example/a", "url"), Term("x"))),
    "日本語": Term("日本語"),
}


@pytest.mark.parametrize(("query", "tree"), TREES.items())
def test_a_query_has_its_tree(query: str, tree: object) -> None:
    assert parse(query) == tree


REFUSED = {
    "(a": (0, "has no )"),
    "a)": (1, "unexpected ')'"),
    'say "no': (4, "no partner"),
    "a OR": (4, "a word was expected"),
    "OR": (0, "a word was expected"),
    ' - + ""': (0, "no word in this query"),
    "a OR -": (6, "a word was expected"),
    "NOT": (3, "ends where a word was expected"),
    "colour:red": (0, "no field 'colour'"),
    "a colour:*": (2, "no field 'colour'"),
    '"a b"~101': (0, "at most 100 places"),
    'x entity:"a b"~2': (2, "nothing is near"),
    "title:(a b)": (0, "takes a word or a phrase"),
    "a*": (0, "at least 2 characters"),
    "()": (1, "a word was expected"),
    "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1): (MAX_DEPTH, "nested"),
    "x" * 1001: (1000, "at most 1000"),
    "w " * 65: (128, "too many parts"),
}


@pytest.mark.parametrize(("query", "why"), REFUSED.items())
def test_what_can_not_be_understood_is_refused_with_its_place(query: str, why: tuple[int, str]) -> None:
    with pytest.raises(QueryError) as raised:
        parse(query)
    assert raised.value.position == why[0]
    assert why[1] in raised.value.message


@settings(max_examples=500)
@given(st.text(alphabet=st.sampled_from('ab "():+-*ORNT\ttitle:é日'), max_size=120) | st.text(max_size=300))
def test_any_text_is_understood_or_refused_with_a_place(query: str) -> None:
    try:
        parse(query)
    except QueryError as error:
        assert 0 <= error.position <= len(query)
        assert error.message
