"""Entities and likeness: requests, and what is made of the answers."""

from typing import Any

from services.search.entities import among_of, build_among, build_entity, build_list, entity_of, list_of, literal
from services.search.similar import build_similar, similar_of


def buckets(**counts: int) -> list[dict[str, Any]]:
    return [
        {"key": f"person:{n.lower()}|{n}", "doc_count": c, "bg_count": c + 1, "score": 0.5} for n, c in counts.items()
    ]


def test_lists_are_by_name_and_type() -> None:
    body = build_list("Ada Lo", "person")
    assert body["query"]["bool"]["filter"][0]["match_bool_prefix"]["entities.name.words"]["query"] == "Ada Lo"
    assert body["aggs"]["entities"]["terms"]["include"] == "person:.*"
    assert build_list("", None)["query"]["bool"]["filter"] == [{"match_all": {}}]
    answer = {"aggregations": {"entities": {"buckets": buckets(Ada=3, Bob=2)}}}
    assert list_of(answer, "ad") == [{"id": "person:ada", "name": "Ada", "type": "person", "count": 3}]
    assert len(list_of(answer, "")) == 2
    assert list_of({}, "x") == []


def test_what_a_regular_expression_would_read_otherwise_is_escaped() -> None:
    assert literal("a.b*|c") == r"a\.b\*\|c"
    assert build_entity("x|.*", 1, 1)["aggs"]["names"]["terms"]["include"] == r"x\|\.\*\|.*"


def test_one_entity_with_its_other_names_and_neighbours() -> None:
    mentions = [{"text": t} for t in ("Ada", "Lady Ada", "Lady Ada", "Lovelace")]
    source = {"id": "1", "title": "T", "entities": [{"id": "person:ada", "name": "Ada", "mentions": mentions}]}
    when = {"value_as_string": "2026-01-01T00:00:00.000Z"}
    answer = {
        "hits": {"total": {"value": 4}, "hits": [{"_source": source}] * 2},
        "aggregations": {
            "names": {"buckets": buckets(Ada=3)},
            "first": when,
            "last": when,
            "beside": {"buckets": buckets(Ada=4, Bob=2, Cy=2)},
        },
    }
    found = entity_of("person:ada", answer, 1, 1)
    assert found is not None
    assert (found["name"], found["count"], found["aliases"]) == ("Ada", 4, ["Lady Ada", "Lovelace"])
    assert [other["id"] for other in found["appears_with"]] == ["person:bob"]
    assert (found["appears_with"][0]["together"], found["appears_with"][0]["count"]) == (2, 3)
    assert len(found["articles"]) == 1
    assert "mentions" not in found["articles"][0]["entities"][0]


def test_pairs_among_those_it_appears_with_are_told_once() -> None:
    others = [{"id": f"person:{name.lower()}", "name": name} for name in ("Cy", "Bob", "Dee")]
    body = build_among("person:ada", others)
    assert body["aggs"]["one"]["terms"]["include"] == ["person:bob|Bob", "person:cy|Cy", "person:dee|Dee"]
    bob, cy, dee = buckets(Bob=3, Cy=2, Dee=1)
    both = [{**bob, "other": {"buckets": [bob, cy]}}, {**cy, "other": {"buckets": [cy, {**bob, "doc_count": 2}]}}]
    answer = {"aggregations": {"one": {"buckets": [*both, {**dee, "other": {"buckets": [dee]}}]}}}
    assert among_of(answer) == [{"a": "person:bob", "b": "person:cy", "together": 2}]
    assert among_of({}) == []
    assert entity_of("x", {"hits": {"hits": []}}, 1, 1) is None


def test_likeness_leaves_itself_out_and_puts_its_story_first() -> None:
    itself = {"_index": "a-000001", "_source": {"id": "1", "story_id": "s"}}
    query = build_similar(itself, 100, 5)["query"]["bool"]
    like, story = query["should"]
    assert like["more_like_this"]["like"] == [{"_index": "a-000001", "_id": "1"}]
    assert like["more_like_this"]["max_doc_freq"] == 20
    assert story["constant_score"]["boost"] > 1000
    assert query["must_not"] == [{"ids": {"values": ["1"]}}]
    assert len(build_similar({"_index": "a", "_source": {"id": "1"}}, 1, 5)["query"]["bool"]["should"]) == 1
    hits = [{"_source": {"id": "2"}, "matched_queries": ["story"]}, {"_source": {"id": "3"}}]
    assert [a["same_story"] for a in similar_of({"hits": {"hits": hits}})] == [True, False]


def test_a_place_says_where_it_is_as_its_newest_article_does() -> None:
    place = {"id": "place:oslo", "name": "Oslo"}
    known = {**place, "country": "NO", "location": {"lat": 59.9, "lon": 10.7}}
    answer = {
        "hits": {
            "total": {"value": 2},
            "hits": [{"_source": {"id": str(i), "entities": [one]}} for i, one in enumerate((place, known))],
        },
        "aggregations": {
            "names": {"buckets": []},
            "first": {"value_as_string": "a"},
            "last": {"value_as_string": "b"},
            "beside": {"buckets": []},
        },
    }
    found = entity_of("place:oslo", answer, articles=1, beside=1)
    assert found is not None
    assert (found["country"], found["location"]) == ("NO", {"lat": 59.9, "lon": 10.7})
