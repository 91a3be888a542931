from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.shingles import fingerprint
from services.index.stories.alike import COPY_WITHIN, EVENT_WITHIN, Kind, link
from services.index.stories.candidates import bodies
from services.index.stories.profile import Profile, cosine, profile_of, words_of

START = datetime(2026, 11, 2, tzinfo=UTC)
WIRE = " ".join(f"At quay {n} the crew of boat {n * 3} unloaded {n * 11} crates of sardines." for n in range(1, 20))
FERRY = "A passenger ferry ran aground off Paros on Tuesday, the coast guard said. Tugs from Piraeus are on their way."
AGAIN = "The coast guard took passengers off the ferry that ran aground near Paros. Two tugs left Piraeus on Tuesday."
STRIKE = "No ferry leaves Piraeus on Thursday after the seamen's union rejected an offer of three per cent more pay."


def profile(id_: str, title: str, body: str, *names: str, **given: Any) -> Profile:
    at = given.pop("at", START)
    entities = [{"id": name, "count": 1} for name in names]
    made = {"id": id_, "at": at.isoformat(), "language": "en", "title": title, "body": body, "entities": entities}
    return profile_of({**made, **given})


def test_a_copy_with_another_lead_and_title():
    one, other = profile("a", "Boats", WIRE), profile("b", "Fish", f"From our reporter in the port. {WIRE[200:]}")
    found = link(one, other)
    assert found is not None
    assert (found.kind, found.one, found.other) == (Kind.COPY, "a", "b")
    assert found.likeness > 0.9


def test_the_same_words_a_season_later_are_no_copy():
    later = START + COPY_WITHIN + timedelta(seconds=1)
    assert link(profile("a", "Boats", WIRE), profile("b", "Boats", WIRE, at=later)) is None


def test_two_accounts_of_one_event():
    one = profile("a", "Ferry runs aground off Paros", FERRY, "place:paros", "organisation:coast-guard")
    other = profile("b", "Passengers leave ferry near Paros", AGAIN, "place:paros", "organisation:coast-guard")
    found = link(one, other)
    assert found is not None
    assert found.kind is Kind.EVENT


@pytest.mark.parametrize(
    "given",
    [
        {"at": START + EVENT_WITHIN + timedelta(seconds=1)},
        {"language": "de"},
        {"entities": [{"id": "place:crete", "count": 1}]},
    ],
)
def test_other_days_another_language_and_other_names_are_another_event(given):
    one = profile("a", "Ferry runs aground off Paros", FERRY, "place:paros", "organisation:coast-guard")
    other = profile("b", "Passengers leave ferry near Paros", AGAIN, "place:paros", "organisation:coast-guard", **given)
    assert link(one, other) is None


def test_the_same_place_and_subject_are_not_the_same_event():
    one = profile("a", "Ferry runs aground off Paros", FERRY, "place:paros", "place:piraeus", "place:greece")
    other = profile("b", "Seamen call ferry strike", STRIKE, "place:piraeus", "place:greece")
    assert link(one, other) is None


def test_words_are_compared_by_their_beginnings_and_the_title_weighs_more():
    weights = words_of("Ferries stranded", "A ferry was stranding, and a tug came from Piraeus.")
    assert weights["strand"] > weights["piraeu"]
    assert "and" not in weights
    assert cosine(weights, weights) == pytest.approx(1.0)
    assert cosine(weights, {}) == 0.0


def test_a_document_of_an_earlier_release_gets_its_fingerprint():
    old, new = profile("a", "Boats", WIRE), profile("a", "Boats", WIRE, fingerprint=list(fingerprint(WIRE)))
    assert (old.complete, new.complete) == (False, True)
    assert old.fingerprint == new.fingerprint


@given(st.data())
def test_who_is_asked_first_does_not_matter(data):
    words = st.lists(st.sampled_from([*WIRE.split()[:40], *FERRY.split(), "Paros"]), max_size=80).map(" ".join)
    names = st.lists(st.sampled_from(["place:paros", "person:a", "organisation:b"]), unique=True)
    one, other = (profile(i, data.draw(words), data.draw(words), *data.draw(names)) for i in "ab")
    assert link(one, other) == link(other, one)


def test_what_is_asked_of_elasticsearch():
    copies, accounts = bodies(profile("a", "Boats", WIRE, "person:x", "place:y"))
    assert len(copies["query"]["bool"]["should"]) == len(fingerprint(WIRE))
    assert {"term": {"language": "en"}} in accounts["query"]["bool"]["filter"]
    assert {"term": {"entity_keys": "person:x"}} in accounts["query"]["bool"]["should"]
    assert len(bodies(profile("b", "", "Short note."))) == 1
