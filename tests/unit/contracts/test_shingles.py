import re

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.shingles import BANDS, LEAST, containment, fingerprint, shingles

TEXT = " ".join(f"the {number} boats of harbour {number * 7} left early" for number in range(30))


def test_the_values_are_the_same_on_every_machine_and_in_every_release():
    found = fingerprint(TEXT)
    assert len(found) == BANDS
    assert found[:3] == ("76674dc003", "08b3c02feb", "b4f0e67da5")
    assert all(re.fullmatch("[0-9a-f]{10}", band) for band in found)


def test_short_texts_have_none():
    words = [f"word{number}" for number in range(LEAST + 2)]
    assert fingerprint(" ".join(words)) != ()
    assert fingerprint(" ".join(words[:-1])) == ()
    assert fingerprint("") == ()


def test_half_of_a_text_shares_a_band_with_the_whole_and_another_text_none():
    half = TEXT[: len(TEXT) // 2]
    assert set(fingerprint(half)) & set(fingerprint(TEXT))
    other = " ".join(f"a {number} mountain hut opens on day {number * 3}" for number in range(30))
    assert not set(fingerprint(other)) & set(fingerprint(TEXT))


def test_bands_are_not_taken_for_each_other():
    found = fingerprint(TEXT)
    assert len(set(found)) == BANDS


def test_where_no_spaces_are_each_character_counts():
    assert shingles("東京で地震") == {"東 京 で", "京 で 地", "で 地 震"}


def test_containment_is_of_the_smaller():
    whole, part = shingles("one two three four five six"), shingles("two three four five")
    assert containment(whole, part) == containment(part, whole) == 1.0
    assert containment(whole, shingles("two three four nine")) == 0.5
    assert containment(whole, frozenset()) == 0.0


@given(st.lists(st.sampled_from(["Harbour", "BOATS", "Élan", "7", "left", "東京", "o'clock"]), min_size=3, max_size=80))
def test_case_space_and_punctuation_do_not_count(words):
    plain, other = " ".join(words), " —\n\n ".join(word.upper() for word in words) + "!"
    assert shingles(plain) == shingles(other)
    assert fingerprint(plain) == fingerprint(other)
