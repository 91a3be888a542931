from hypothesis import given
from hypothesis import strategies as st

from services.enrich.topic_words import compiled, lexicon

LEXICON = compiled([("15", "goal*", 2.0), ("15", "world cup", 1.0), ("04", "bank", 1.0), ("06", "bank", 0.5)])


def test_words_beginnings_and_phrases_count():
    found = LEXICON.evidence(
        "", " ".join(["filler"] * 40) + " The goalkeepers went to the bank before the World Cup, world cup"
    )
    assert found == {"15": 3.0, "04": 1.0, "06": 0.5}


def test_a_word_counts_more_in_title_and_lead_and_by_the_logarithm_of_its_number():
    rest = " ".join(["filler"] * 40)
    late, early, title = (
        LEXICON.evidence(*where)["04"] for where in (("", f"{rest} bank"), ("", "bank"), ("bank", rest))
    )
    assert (late, early, title) == (1.0, 3.0, 2.0)
    assert 1.6 < LEXICON.evidence("", f"{rest} bank bank")["04"] < 1.8


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
