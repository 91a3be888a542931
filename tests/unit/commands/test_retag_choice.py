"""Which articles are enriched again, and what is sent for it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.messages import AT, enriched

from services.commands.retag_choice import NEEDED, again, differences
from services.contracts.examples import examples_of
from services.contracts.messages import Article, Enriched, Step
from services.contracts.revision import REVISION, rules_of
from services.enrich.enrich import Models, enrich, models_of
from services.enrich.gazetteer import load_gazetteer
from services.index.document import to_document

NAMED = {"ner": "en_model 2", "topics": "media-topics 1"}
WANTED = {**NAMED, "rules": "newsloom 3"}
NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"revision": 3, "models": NAMED}, []),
        ({"revision": 1, "models": WANTED}, []),
        ({"revision": 2, "models": NAMED}, ["rules: newsloom 2 → newsloom 3"]),
        ({"revision": 3, "models": {**WANTED, "embedding": "some model"}}, []),
        ({"revision": 3, "models": {**WANTED, "ner": "en_model 1"}}, ["ner: en_model 1 → en_model 2"]),
        ({"revision": 3, "models": {"topics": "media-topics 1"}}, ["ner: none → en_model 2"]),
        ({"revision": 2, "models": {**WANTED, "topics": "x"}}, ["topics: x → media-topics 1"]),
        ({"revision": 2, "models": {**WANTED, "rules": "newsloom 2"}}, ["rules: newsloom 2 → newsloom 3"]),
        ({}, ["ner: none → en_model 2", "topics: none → media-topics 1", "rules: newsloom 0 → newsloom 3"]),
    ],
)  # fmt: skip
def test_what_other_models_made_differs(document: dict[str, Any], found: list[str]) -> None:
    assert differences(document, WANTED) == found


def test_names_of_a_language_whose_model_is_gone_are_let_be() -> None:
    without = {kind: name for kind, name in WANTED.items() if kind != "ner"}
    assert differences({"revision": 3, "models": {**WANTED, "ner": "de_model 1"}}, without) == []


def test_what_enrich_makes_now_does_not_differ() -> None:
    models = Models({}, {}, {}, load_gazetteer())
    (done,) = enrich([Article.model_validate(enriched("a").model_dump())], models)
    assert differences(to_document(done, NOW), models_of("en", models)) == []
    assert done.models["rules"] == rules_of(REVISION)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "title": st.text(),
            "body": st.text(),
            "authors": st.lists(st.text(), max_size=3).map(tuple),
            "published_at": st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC)),
            "paywalled": st.booleans(),
            "revision": st.integers(0, 999),
            "story_id": st.just("a story"),
        },
    )
)
def test_an_article_is_sent_as_it_came_to_enrich(fields: dict[str, Any]) -> None:
    steps = tuple(Step(stage=stage, at=AT) for stage in ("fetch", "clean"))
    made = enriched("a", **fields, trail=(*steps, Step(stage="enrich", at=AT)), models={"ner": "m"})
    sent = again(to_document(made, NOW), NOW)
    expected = Article.model_validate({**made.model_dump(), "trail": steps, "retagged_at": NOW})
    assert sent == expected
    assert type(sent) is Article


def test_a_message_with_every_field_too_and_a_later_time_each_time() -> None:
    made = Enriched.model_validate(examples_of("news.enriched.v1")["full"])
    document = to_document(made, NOW)
    assert set(NEEDED) - {"gone"} <= document.keys()
    later = again(document, NOW + timedelta(days=1))
    assert {**later.model_dump(exclude={"trail", "retagged_at"})} == made.model_dump(
        include=set(Article.model_fields) - {"trail", "retagged_at"}
    )
    assert later.retagged_at == NOW + timedelta(days=1)
