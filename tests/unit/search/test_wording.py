"""What of a query has a meaning, and what is demanded all the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search.qlang import QueryError, parse
from services.search.wording import demands, wording


@pytest.mark.parametrize(
    ("q", "text", "demanded"),
    [
        ("", "", None),
        ("ferry strike", "ferry strike", None),
        ("ferry OR boat", "ferry boat", None),
        ("ferry strike OR boat race", "ferry strike boat race", None),
        ('ferry "port authority"', "ferry port authority", '"port authority" AND "port authority"'),
        ("+ferry strike", "ferry strike", "+ferry +ferry"),
        ("ferry -strike", "ferry", "-strike"),
        ("ferry NOT (strike OR race)", "ferry", "NOT (strike OR race)"),
        ("ferry source:bbc", "ferry", "source:bbc source:bbc"),
        ("title:ferry", "ferry", "title:ferry"),
        ("source:bbc", "", "source:bbc"),
        ("ferr*", "", "ferr*"),
        ("ferry OR -boat", "ferry", "ferry OR -boat"),
        ("ferry https://news.example/a", "ferry", "https://news.example/a https://news.example/a"),
    ],
)
def test_words_are_for_meaning_and_the_rest_is_demanded(q: str, text: str, demanded: str | None) -> None:
    assert wording(parse(q)) == text
    found = demands(parse(q))
    expected = parse(demanded) if demanded else None
    # A list of one demand is written twice above, since a single item parses to itself.
    nodes = {*getattr(found, "nodes", (found,))}
    assert nodes == {*getattr(expected, "nodes", (expected,))}


@given(st.text(st.sampled_from('ab +-"()*:OR'), max_size=30))
def test_any_query_has_a_wording(q: str) -> None:
    try:
        node = parse(q)
    except QueryError:
        return
    assert isinstance(wording(node), str)
    demands(node)
