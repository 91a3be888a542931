from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.messages import AT

from services.contracts.revision import REVISION
from services.enrich.enrich import enrich
from services.enrich.pieces import BATCH

BODY = """Officials of Russia and China met in Beijing on Tuesday to discuss rules for weapons that choose targets.

They agreed to work more closely in the Panel of Scientific Advisers (PSA), a U.N.-backed forum in Geneva.
Russian diplomats said that the PSA should report to the United Nations' General Assembly next year.
The United States did not take part, though US President Martha Kellerman had asked for a seat.
Kellerman told the Reuters news agency that China’s offer was “not serious”.

Read More

“Mrs Kellerman has changed her mind,” said Pavel Dremov of the Institute for Arms Control, and Dremov
added that the EU would follow."""


def test_a_news_article(found):
    entities = found(BODY, "China, Russia Deepen Talks on Autonomous Weapons")
    expected = {
        "Russia": ("place", 2),
        "China": ("place", 3),
        "Beijing": ("place", 1),
        "Geneva": ("place", 1),
        "United States": ("place", 2),
        "United Nations": ("organisation", 2),
        "Martha Kellerman": ("person", 3),
        "Pavel Dremov": ("person", 2),
        "European Union": ("organisation", 1),
        "Reuters": ("organisation", 1),
        "Panel of Scientific Advisers": ("organisation", 3),
        "Russian": ("group", 1),
    }
    assert {name: entities.get(name) for name in expected} == expected
    assert not {"Read More", "Tuesday", "Kellerman", "PSA", "Mrs Kellerman", "Autonomous Weapons"} & entities.keys()


def test_mentions_are_places_in_the_body_and_the_title_only_counts(models, make):
    article = make("Beijing said nothing about the talks in Tokyo.", "Talks in Beijing")
    beijing = next(e for e in enrich([article], models)[0].entities if e.name == "Beijing")
    assert (beijing.id, beijing.count) == ("place:beijing", 2)
    assert [(m.start, m.end, m.text) for m in beijing.mentions] == [(0, 7, "Beijing")]


def test_what_the_article_says_goes_on_and_the_model_is_named(models, make):
    article = make("Nothing to see.", "T")
    done = enrich([article], models)[0]
    assert done.model_dump(include=set(type(article).model_fields)) == {**article.model_dump(), "revision": REVISION}
    assert done.models == {"ner": "en_newsloom_news 1.0.0", "topics": "media-topics 2", "rules": f"newsloom {REVISION}"}
    assert (done.topics, done.story_id) == ((), None)


def test_a_country_is_a_place_whatever_the_model_takes_it_for(found):
    text = "Chad and Niger voted. Cuba abstained; Georgia, too. Israel's delegate left, and Turkey followed Mali."
    assert {found(text)[n][0] for n in ("Chad", "Niger", "Cuba", "Israel", "Turkey", "Mali")} == {"place"}


def test_a_longer_name_is_not_cut_down_to_a_country(found):
    entities = found("The Bank of China said on Monday that it would lend more. Shares in the Bank of China rose.")
    assert entities["Bank of China"] == ("organisation", 2)
    assert "China" not in entities


def test_a_list_of_places_is_several(found):
    entities = found("Oslo & Bergen hosted the talks of Russia, China and India on Monday.")
    assert entities.keys() == {"Oslo", "Bergen", "Russia", "China", "India"}


def test_a_bracket_says_more_than_the_table(found):
    entities = found(
        "The Independent Communications Council (ICC) fined three radio stations on Monday. "
        "The stations said they would appeal against the decision of the ICC in court."
    )
    assert entities["Independent Communications Council"] == ("organisation", 3)
    assert "International Criminal Court" not in entities


def test_text_in_another_language_than_it_says_gives_no_noise(found):
    finnish = "Hallitus esitti eilen uuden lain, jonka mukaan kunnat saavat päättää koulujen lomista itse. " * 8
    assert found(finnish) == {}


@pytest.mark.parametrize("language", ["und", "en", "fr", "zh", "xx"])
def test_garbage_names_nothing(found, language):
    assert found("\x00\x01 ((((( 83$% {{}} <<>> ~~~~ " * 50, "§§§", language) == {}


def test_undetermined_language_names_nothing(found):
    assert found(BODY, language="und") == {}


def test_batches_give_what_single_articles_give(models, make):
    bodies = [BODY, "", "Une visite de la Russie à l'ONU.", BODY[:200], "Berlin.", BODY[200:] * 3]
    languages = ["en", "en", "fr", "en", "de", "en"]
    articles = [make(b, "Title", lang, i) for i, (b, lang) in enumerate(zip(bodies, languages, strict=True))]
    assert enrich(articles, models) == [enrich([article], models)[0] for article in articles]


def test_no_articles(models):
    assert enrich([], models) == []


def test_long_texts_are_read_to_their_end(models, make):
    filler = "The council met again and talked about the same things as in the week before, without any result. "
    body = (
        "\n\n".join([filler * 20] * (BATCH // len(filler) // 20 + 2))
        + filler * 200
        + "\n\nThen Angela Fairweather flew to Lisbon."
    )
    assert len(body) > BATCH
    names = {e.name: e.mentions[0] for e in enrich([make(body)], models)[0].entities}
    assert {"Angela Fairweather", "Lisbon"} <= names.keys()
    assert body[names["Lisbon"].start : names["Lisbon"].end] == "Lisbon"


MIXTURE = (
    "Barack Obama Mr U.N. UN (UN) EU's China’s the The of Bank Inc. São 北京 l'ONU Россия \n \n\n \r\n \u2028 \x00 😀 "
    "“ ” ( ) . , - US$5 GmbH COVID-19 WHO Der BEIJING Dr. van ı ß İstanbul ﬁ e\u0301 \u200b"
)
WORDS = st.sampled_from(MIXTURE.split(" "))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join)),
    title=st.lists(WORDS, max_size=6).map(" ".join),
    language=st.sampled_from(["en", "de", "fr", "zh", "ja", "und", "sw"]),
)
def test_any_text_gives_valid_entities(models, make, body, title, language):
    done = enrich([make(body, title, language)], models)[0]
    for entity in done.entities:
        assert entity.count >= max(1, len(entity.mentions))
        assert entity.id.startswith(entity.type + ":")
        assert entity.name == " ".join(entity.name.split())
        for mention in entity.mentions:
            assert 0 <= mention.start < mention.end <= len(body)
            assert body[mention.start : mention.end] == mention.text
    places = sorted((m.start, m.end) for e in done.entities for m in e.mentions)
    assert all(end <= start for (_, end), (start, _) in pairwise(places))
    assert len({e.id for e in done.entities}) == len(done.entities)


def test_a_newer_revision_of_extraction_is_kept(models, make):
    article = make("Nothing to see.", "T").model_copy(update={"revision": 7})
    assert enrich([article], models)[0].revision == 7


def test_what_is_enriched_again_stays_of_the_release_that_read_its_page(models, make):
    article = make("Nothing to see.", "T").model_copy(update={"revision": 1, "retagged_at": AT})
    done = enrich([article], models)[0]
    assert (done.revision, done.retagged_at, done.models["rules"]) == (1, AT, f"newsloom {REVISION}")
