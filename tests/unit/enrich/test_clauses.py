from hypothesis import given
from hypothesis import strategies as st

from services.enrich.clauses import MOST_CHARACTERS, clauses
from services.enrich.spans import Span


def words(text: str, *names: Span) -> list[list[str]]:
    return [clause.words for clause in clauses(text, names) if clause.words]


def test_punctuation_and_lines_end_a_clause_but_apostrophes_and_hyphens_do_not():
    assert words("The sun's rays - say, solar-powered cars\nR&D costs") == [
        ["The", "sun's", "rays"],
        ["say"],
        ["solar-powered", "cars"],
        ["R&D", "costs"],
    ]


def test_names_are_in_no_clause():
    text = "The talks in Beijing ended"
    assert words(text, Span(13, 20, "place")) == [["The", "talks", "in"], ["ended"]]


def test_vowel_signs_of_indian_scripts_are_part_of_a_word():
    assert words("पुलिस ने कहा। चोरी") == [["पुलिस", "ने", "कहा"], ["चोरी"]]


@given(st.text(max_size=300), st.lists(st.tuples(st.integers(0, 300), st.integers(0, 30)), max_size=5))
def test_every_word_is_one_of_the_text_whatever_it_is(text, places):
    names = [Span(start, start + length, "place") for start, length in places]
    for start, found in clauses(text, names):
        assert start >= 0
        assert all(word in text and word.strip() == word for word in found)


def test_no_more_than_the_beginning_of_a_long_text_is_read():
    assert sum(len(clause.words) for clause in clauses("ab " * MOST_CHARACTERS)) == MOST_CHARACTERS // 3 + 1
