"""People's decisions about entities, applied to a document's entities."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.contracts.decisions import Decision
from services.index.decisions import Decisions

NOW = datetime(2026, 11, 1, tzinfo=UTC)
Entity = dict[str, Any]


def decision(id_: str, into: str, name: str, spelling: str | None = None) -> Decision:
    return Decision(id=id_, into=into, name=name, spelling=spelling, decided_at=NOW)


def entity(id_: str, name: str, count: int, *mentions: str, **more: Any) -> Entity:
    at = [{"start": 10 * i, "end": 10 * i + len(text), "text": text} for i, text in enumerate(mentions)]
    return {"id": id_, "name": name, "type": id_.partition(":")[0], "count": count, "mentions": at, **more}


def brief(entities: list[Entity]) -> list[tuple[str, str, int]]:
    return [(e["id"], e["name"], e["count"]) for e in entities]


BOB = entity("person:bob", "Bob", 2, "Bob", "Bob")
ROBERT = entity("person:robert", "Robert", 1, "Robert")
WASHINGTON = entity("person:washington", "Washington", 4, "Mr Washington", "Washington", "Washington", country="US")


def test_a_merged_entity_is_the_other_one_over_any_number_of_merges() -> None:
    decisions = Decisions(
        [decision("person:bob", "person:rob", "Rob"), decision("person:rob", "person:robert", "Robert")]
    )
    (one,) = decisions.apply([BOB, ROBERT])
    assert brief([one]) == [("person:robert", "Robert", 3)]
    assert [m["start"] for m in one["mentions"]] == [0, 0, 10]


def test_a_name_follows_its_entity() -> None:
    merged, renamed = (
        decision("person:bob", "person:robert", "Robert"),
        decision("person:robert", "person:robert", "Bobby"),
    )
    decisions = Decisions([renamed.model_copy(update={"decided_at": NOW + timedelta(hours=1)}), merged])
    assert brief(decisions.apply([BOB])) == [("person:robert", "Bobby", 2)]


def test_a_spelling_becomes_an_entity_of_its_own_and_the_title_goes_with_the_most() -> None:
    decisions = Decisions([decision("person:washington", "place:washington", "Washington", "Washington")])
    rest, new = sorted(decisions.apply([WASHINGTON]), key=lambda e: e["type"])
    assert brief([rest, new]) == [("person:washington", "Washington", 1), ("place:washington", "Washington", 3)]
    assert new["type"] == "place"
    assert "country" not in new


def test_an_entity_of_that_spelling_alone_goes_as_a_whole() -> None:
    decisions = Decisions([decision("person:bob", "organisation:bob", "BOB Ltd", "Bob")])
    assert brief(decisions.apply([{**BOB, "count": 5}])) == [("organisation:bob", "BOB Ltd", 5)]


def test_where_a_place_lies_does_not_come_along() -> None:
    decisions = Decisions([decision("place:paris", "place:paris-texas", "Paris, Texas")])
    assert "country" not in decisions.apply([entity("place:paris", "Paris", 1, "Paris", country="FR")])[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "paris", "into": "place:a", "name": "A"},
        {"id": "place:a", "into": "place:a|b", "name": "A"},
        {"id": "place:a", "into": "place:b", "name": "A|B"},
        {"id": "place:a", "into": "place:b", "name": " A"},
        {"id": "place:a", "into": "place:a", "name": "A", "spelling": "A"},
    ],
)
def test_what_is_no_decision(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Decision.model_validate({**wrong, "decided_at": NOW})


ids = st.sampled_from([f"person:{letter}" for letter in "abcd"])
texts = st.sampled_from(["A", "B"])
some_decisions = st.lists(
    st.tuples(ids, ids, texts, st.one_of(st.none(), texts)).filter(lambda d: d[3] is None or d[0] != d[1]),
    max_size=5,
    unique_by=lambda d: (d[0], d[3]),
).map(lambda all_: Decisions(decision(*one) for one in all_))
some_entities = st.lists(
    st.tuples(ids, st.lists(texts, max_size=4), st.integers(1, 2)), max_size=4, unique_by=lambda e: e[0]
).map(lambda all_: sorted((entity(i, "N", len(m) + title, *m) for i, m, title in all_), key=lambda e: -e["count"]))


@given(some_decisions, some_entities)
def test_nothing_that_was_named_is_lost_and_no_entity_stands_twice(
    decisions: Decisions, entities: list[Entity]
) -> None:
    made = decisions.apply(entities)
    assert sum(e["count"] for e in made) == sum(e["count"] for e in entities)
    assert sum(len(e["mentions"]) for e in made) == sum(len(e["mentions"]) for e in entities)
    assert len({e["id"] for e in made}) == len(made)
    assert [e["count"] for e in made] == sorted((e["count"] for e in made), reverse=True)
    assert decisions.apply(made) == made
