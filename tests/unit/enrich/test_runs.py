from services.enrich.clauses import clauses
from services.enrich.runs import names_a_thing, nouns_of, runs
from services.enrich.stop_words import stop_words


def found(text: str, language: str = "en"):
    return list(runs(clauses(text), stop_words(language), language))


def test_runs_stand_between_stop_words_and_numbers():
    assert [run.words for run in found("The price of crude oil rose 4 cents, traders said")] == [
        ["price"],
        ["crude", "oil", "rose"],
        ["cents"],
        ["traders"],
    ]


def test_elided_articles_and_possessives_are_no_part_of_a_word():
    assert [run.words for run in found("l’eau de l'usine", "fr")] == [["eau"], ["usine"]]
    assert [run.words for run in found("the farmer’s harvest", "en")] == [["farmer", "harvest"]]


def test_what_follows_a_determiner_is_a_noun_and_what_follows_to_is_none():
    nouns = nouns_of(found("They want to prosecute. The verdict came, and a fair trial of rebels."), "en")
    assert nouns is not None
    assert (nouns.sure >= {"verdict", "trial"}, "prosecute" in nouns.likely) == (True, False)
    assert names_a_thing(("fair", "trial"), nouns, "en")
    assert not names_a_thing(("trial", "fair"), nouns, "en")


def test_a_german_noun_has_a_capital_and_elsewhere_anything_goes():
    assert names_a_thing(("neue", "Schule"), None, "de")
    assert not names_a_thing(("kehren",), None, "de")
    assert nouns_of(found("власти города", "ru"), "ru") is None
    assert names_a_thing(("власти",), None, "ru")


def test_japanese_words_are_what_stands_between_hiragana():
    assert [run.words for run in found("瀬戸内海の島を結ぶ水素フェリー", "ja")] == [
        ["瀬戸内海"],
        ["水素"],
        ["フェリー"],
    ]
