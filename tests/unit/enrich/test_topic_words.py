from hypothesis import given
from hypothesis import strategies as st

from services.enrich.topic_words import compiled, lexicon, words_of

LEXICON = compiled([("15", "goal*", 2.0), ("15", "world cup", 1.0), ("04", "bank", 1.0), ("06", "bank", 0.5)])
FILLER = ["filler"] * 2000


def test_words_beginnings_and_phrases_count():
    found = LEXICON.evidence("", " ".join(FILLER) + " The goalkeepers went to the bank before the World Cup, world cup")
    assert found == {"15": 1.6, "04": 0.3, "06": 0.15}


def test_a_word_counts_more_the_earlier_it_is_said_and_by_the_root_of_its_number():
    def at(words, times=1):
        return LEXICON.evidence("", " ".join([*FILLER[:words], *["bank"] * times]))["04"]

    assert (at(0), at(49), at(600), at(2000)) == (3.0, 3.0, 0.4, 0.3)
    assert at(900, times=4) == 0.6
    assert LEXICON.evidence("bank", " ".join(FILLER))["04"] == 3.0


def test_a_possessive_is_the_word_itself():
    assert words_of("The bank’s goal, it's the BANK'S") == ["the", "bank", "goal", "it", "the", "bank"]


def test_what_a_concepts_name_says_can_be_taken_away():
    found = lexicon("en")
    assert found is not None
    assert "war" in found.words
    assert "15" not in found.words.get("breaking", {})


def test_six_languages_have_a_lexicon_of_all_topics():
    for language in ("en", "de", "fr", "es", "pt", "it"):
        found = lexicon(language)
        assert found is not None
        assert len({topic for weights in [*found.words.values(), *found.stems.values()] for topic in weights}) == 17
    assert lexicon("xx") is None


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_text_is_read(title, body):
    found = lexicon("en")
    assert found is not None
    assert all(amount > 0 for amount in found.evidence(title, body).values())
