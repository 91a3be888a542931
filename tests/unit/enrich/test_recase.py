import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.recase import is_common, recased


@pytest.mark.parametrize(
    ("line", "as_in_a_sentence"),
    [
        ("OpenAI Works with U.S. Military Soon After Policy Update",
         "OpenAI works with U.S. military soon after policy update"),
        ("Quellmar Shares Plunge as Brenholt Protests", "Quellmar shares plunge as Brenholt protests"),
        ("Bush Meets Ford in Reading", "Bush meets Ford in Reading"),
        ("TANDERUP MEETS UN ENVOY IN ROME", "Tanderup meets UN envoy in Rome"),
        ("CRICKET - KENYA'S CAPTAIN RESIGNS", "cricket - Kenya's captain resigns"),
    ],
)  # fmt: skip
def test_only_names_keep_their_capitals(line, as_in_a_sentence):
    assert recased(line) == as_in_a_sentence


def test_forms_of_dictionary_words_are_common():
    assert all(map(is_common, ["plunges", "planned", "denies", "betting", "rising", "protest", "minister's", "the"]))
    assert not any(map(is_common, ["quellmar", "london", "ford", "moon"]))


@given(st.text())
def test_offsets_stay_what_they_are(line):
    assert len(recased(line)) == len(line)


def test_a_headline_above_an_article_names_what_it_names(found):
    names = found("Tanderup said the plant would close in May.", title="Quellmar Works Shuts Plant in Lusaka")
    assert names["Lusaka"] == ("place", 1)
    assert "Quellmar Works Shuts" not in names
