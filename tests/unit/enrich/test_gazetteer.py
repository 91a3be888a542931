from importlib.resources import files

import pytest

from services.enrich.gazetteer import TABLES
from services.enrich.lexicon import is_word, longest


def find(gazetteer, text, language="en"):
    return [(text[s.start : s.end], s.known) for s in gazetteer.lexicon(language).find(text)]


def test_words_only_and_the_longest(gazetteer):
    text = "Nigerian and Nigeriaplus, but Niger; South Sudan, not Sudan; the UN Security Council."
    assert find(gazetteer, text) == [
        ("Niger", "place:niger"),
        ("South Sudan", "place:south-sudan"),
        ("Sudan", "place:sudan"),
        ("UN Security Council", "organisation:united-nations-security-council"),
    ]


@pytest.mark.parametrize("name", ["UN", "U.N.", "United Nations", "United\u00a0Nations"])
def test_aliases_of_one_entry(gazetteer, name):
    assert find(gazetteer, f"A {name}-backed forum") == [(name, "organisation:united-nations")]


def test_case_counts(gazetteer):
    assert find(gazetteer, "they told us who won, and china plates fell") == []


def test_capitals_in_datelines_and_headlines(gazetteer):
    assert find(gazetteer, "TEHRAN, 3 November: Iran said") == [("TEHRAN", "place:tehran"), ("Iran", "place:iran")]
    assert find(gazetteer, "WHO IS NEXT AFTER US AND CHINA?") == [("CHINA", "place:china")]


def test_money_is_no_country(gazetteer):
    assert find(gazetteer, "It cost US$5, said the US envoy") == [("US", "place:united-states")]


def test_doubtful_names_are_known_but_not_found(gazetteer):
    lexicon = gazetteer.lexicon("en")
    assert find(gazetteer, "Jordan called") == []
    assert lexicon.known("Jordan").id == "place:jordan"
    assert not lexicon.is_certain("Jordan")
    assert lexicon.is_certain("China")


def test_a_language_without_names_of_its_own_has_those_that_hold_everywhere(gazetteer):
    assert find(gazetteer, "NATO na Beijing", "sw") == [("NATO", "organisation:nato"), ("Beijing", "place:beijing")]


def test_scripts_without_spaces(gazetteer):
    assert find(gazetteer, "在中国和俄罗斯", "zh") == [("中国", "place:china"), ("俄罗斯", "place:russia")]


def test_every_country_is_there_with_its_name(gazetteer):
    pycountry = pytest.importorskip("pycountry")
    lexicon = gazetteer.lexicon("en")
    names = [getattr(c, "common_name", c.name) for c in pycountry.countries]
    plain = [n for n in names if "," not in n and "(" not in n]
    missing = [n for n in plain if lexicon.known(n) is None]
    assert len(missing) <= 12, missing
    assert all(lexicon.known(n).type == "place" for n in plain if n not in missing)


def test_tables_say_where_they_are_from():
    for table in TABLES:
        first = files("services.enrich").joinpath("data", table).read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("#")
        assert "Source" in first or "Written by hand" in first or "news names most" in first or "courts" in first


def test_longest_of_overlapping_matches():
    assert list(longest([(0, 3, 5), (1, 0, 4), (2, 0, 2), (3, 5, 6)])) == [(1, 0, 4), (3, 5, 6)]


def test_word_boundaries():
    assert is_word("a-UN.", 2, 4)
    assert not is_word("FUN", 1, 3)
    assert not is_word("UNO", 0, 2)
