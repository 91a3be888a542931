import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.enrich.ordered import Ordered
from services.enrich.spans import Span, line_of, trim


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the United States", "United States"),
        ("China's", "China"),
        ("China’s", "China"),
        ("Reuters'", "Reuters"),
        ("“Guernica”", "Guernica"),
        ("the U.S.", "U.S."),
        ("Acme Inc.", "Acme Inc."),
        ("Berlin.", "Berlin"),
        ("Mr. Smith", "Smith"),
        ("President Jane Doe", "Jane Doe"),
        ("\n\nParis\nFrance", "Paris"),
        ("  – Kofi Annan,", "Kofi Annan"),
        ("Dhaka Medical College and", "Dhaka Medical College"),
        ("National Front (NF", "National Front"),
        ("The Hague", "Hague"),
    ],
)
def test_the_name_itself(text, name):
    start, end = trim(text, 0, len(text))
    assert text[start:end] == name


def test_a_bracket_that_belongs_to_the_name_is_closed():
    assert trim("the JD(S) party", 4, 8) == (4, 9)


@pytest.mark.parametrize(
    "text",
    [
        "Read More", "getty images", "AI", "Monday", "https://x.example/Paris", "someone@x.example", "example.com",
        "9/11", "internet", "x", "", " \n", "...", "'s", "the", "Minister of Finance", "A" * 101, "Pa{{ris", "100 M",
    ],
)  # fmt: skip
def test_no_names(text):
    assert trim(text, 0, len(text)) is None


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
@example("\x0cAbc\x0c", 0, 5)
def test_a_trimmed_span_lies_in_the_given_one_or_closes_its_bracket(text, a, b):
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    if edges := trim(text, start, end):
        assert start <= edges[0] < edges[1] <= min(end + 1, len(text))
        assert not text[edges[0]].isspace()
        assert not text[edges[1] - 1].isspace()


def test_ordered_spans_answer_which_lie_where():
    spans = Ordered([Span(10, 14, "place"), Span(0, 5, "place"), Span(5, 8, "place")])
    assert [s.start for s in spans.over(4, 11)] == [0, 5, 10]
    assert spans.over(8, 10) == []
    assert [s.start for s in spans.over(5, 6)] == [5]


def test_the_line_of_a_place():
    assert line_of("one\ntwo\nthree", 5) == "two"
    assert len(line_of("x" * 5000, 2500)) == 600
