import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.enrich import enrich
from services.enrich.forms import alike
from services.enrich.keyphrases import MOST, keyphrases

TITLE = "Frozen vaccine chain put to the test"
BODY = """Cold boxes crossed four borders in a drill of the vaccine chain. The drill of Health Watch ended on Friday.

A cold box that stays below zero keeps a vaccine safe. Drivers carried the cold boxes by mule, and the drivers
opened no box. "The chain held," said a driver. Read more: subscribe to our newsletter. Subscribe to our newsletter."""


def phrases(title: str, body: str, language: str = "en", names: tuple[str, ...] = ()) -> tuple[str, ...]:
    return keyphrases(f"{title}\n\n{body}", len(title) + 2, language, names)


def test_what_an_article_is_about_comes_first_and_no_form_comes_twice():
    found = phrases(TITLE, BODY)
    assert found[0] == "vaccine chain"
    assert {"cold boxes", "drill"} <= set(found)
    assert not {"cold box", "box", "boxes", "driver said", "newsletter", "friday"} & {p.lower() for p in found}


def test_names_of_entities_and_parts_of_them_are_none(models, make):
    body = "Kellerman of the Danube Commission wants a new ferry. The ferry of the commission sank. The Danube ferry."
    done = enrich([make(body, "Danube Commission wants a new ferry")], models)[0]
    assert done.keyphrases == ("ferry",)


def test_at_most_ten_and_none_within_another():
    things = [
        "pump",
        "valve",
        "engine",
        "bridge",
        "ferry",
        "harvest",
        "library",
        "tunnel",
        "sensor",
        "glacier",
        "castle",
        "orchard",
    ]
    found = phrases("", " ".join(f"The old {thing} of the town. An old {thing} and the {thing}." for thing in things))
    assert len(found) == MOST
    words = [set(phrase.lower().split()) for phrase in found]
    assert not any(one <= other for i, one in enumerate(words) for j, other in enumerate(words) if i != j)


@pytest.mark.parametrize(
    ("language", "body", "expected"),
    [
        ("de", "Der Nachtzug fährt. Ein Nachtzug kommt, Nachtzüge fahren.", "Nachtzug"),
        ("fr", "La récolte du sel est précoce. Les récoltes de l'été, la récolte.", "récolte"),
        ("es", "La cosecha de girasol crece. Las cosechas del año, la cosecha.", "cosecha"),
        ("pt", "A torre na floresta mede. As torres da floresta, uma torre.", "torre"),
        ("it", "Il campanile riapre. I mattoni del campanile, il campanile.", "campanile"),
        ("ru", "Заповедник для барса. В заповеднике живут барсы.", "заповедник"),
        ("ja", "水素フェリーの定期運航。水素の補給、定期運航を始める。", "水素"),
    ],
)
def test_languages(language, body, expected):
    assert expected in phrases("", body, language)


def test_participles_are_none_and_words_that_only_end_like_them_are_some():
    found = phrases("", "The newly developed of the two. A developed, the developed. The speed of a boat, the speed.")
    assert "speed" in found
    assert "developed" not in found


def test_german_nouns_keep_their_capitals_and_verbs_begin_no_phrase():
    body = "Die Aufsicht räumt Versäumnisse ein. Die Aufsicht räumt Versäumnisse ein, die Regulierung. Er reguliert."
    found = phrases("", f"{body} Die Regulierung der Banken, die alte Regulierung.", "de")
    assert "Regulierung" in found
    assert not any("räumt" in phrase for phrase in found)


@pytest.mark.parametrize("language", ["und", "zh", "xx"])
def test_languages_that_are_not_served_have_none(language):
    assert phrases(TITLE, BODY, language) == ()


@given(st.text(max_size=400), st.sampled_from(["en", "de", "fr", "ru", "ja", "tr", "und"]))
def test_any_text_is_read(text, language):
    found = phrases("", text, language)
    assert len(found) <= MOST
    assert all(phrase.strip() == phrase and phrase for phrase in found)
    assert len({phrase.lower() for phrase in found}) == len(found)


def test_what_topics_are_made_of_is_told_and_adjectives_and_general_words_are_not():
    body = "Voting in elections was political. The political elections of the country, a country of early elections."
    assert phrases("", body) == ("elections",)


def test_a_part_of_a_phrase_is_told_where_it_mostly_stands_alone():
    whole = "The smart thermostat is on. A smart thermostat was off."
    assert phrases("", whole) == ("smart thermostat",)
    alone = " ".join(["The thermostat is on. A thermostat was off."] * 2)
    assert set(phrases("", f"{whole} {alone}")) == {"smart thermostat", "thermostat"}


def test_a_phrase_does_not_begin_with_a_verb():
    body = "They want to map reefs. The coral reefs of the bay, coral reefs. It doesn't map coral reefs or doesn't."
    assert phrases("They chart coral reefs", body) == ("coral reefs",)


@given(st.lists(st.sampled_from(["reef", "reefs", "coral", "map", "chain"]), max_size=40))
def test_no_phrase_is_a_form_of_another(words):
    found = [tuple(phrase.split()) for phrase in phrases("", " . ".join(words).replace(" .", " of the"))]
    assert not any(
        len(one) == len(other) and all(map(alike, one, other)) for i, one in enumerate(found) for other in found[:i]
    )
