"""Why a hit stands where it does, from explanations as Elasticsearch 8.19 gives them."""

from typing import Any

import pytest

from services.search.why import why_of

Tree = dict[str, Any]


def tree(value: float, description: str, *details: Tree) -> Tree:
    return {"value": value, "description": description, "details": list(details)}


def weight(value: float, what: str) -> Tree:
    return tree(value, f"weight({what} in 5) [PerFieldSimilarity], result of:", tree(9.0, "idf, computed as …"))


def why(explained: Tree) -> dict[str, Any]:
    return why_of({"_score": explained["value"], "_explanation": explained})


def test_the_best_field_counts_whole_and_the_others_in_part() -> None:
    best = tree(
        12.3,
        "max plus 0.3 times others of:",
        weight(1.0, "body:paris"),
        weight(11.0, 'stemmed.en.title:"paris agreement"'),
        weight(10.0 / 3, "entities.name.words:paris"),
    )
    recency = tree(0.5, "Distance score, computed as weight * pivotDistance / (…) from:", tree(0.6, "weight"))
    none = tree(0.0, "match on required clause, product of:", tree(0.0, "# clause"))
    found = why(tree(12.8, "sum of:", tree(12.8, "sum of:", best, recency), none))
    assert found["score"] == 12.8
    assert found["parts"] == [
        {"field": "title", "text": '"paris agreement"', "score": 11.0, "stemmed": True},
        {"field": "entity", "text": "paris", "score": 1.0, "stemmed": False},
        {"field": "recency", "text": "", "score": 0.5, "stemmed": False},
        {"field": "body", "text": "paris", "score": 0.3, "stemmed": False},
    ]


@pytest.mark.parametrize(
    ("description", "field", "text"),
    [
        ("body:court*", "body", "court*"),
        ("weight(title:東京 in 0) [PerFieldSimilarity], result of:", "title", "東京"),
        ('weight(body:"a in 7) [x" in 0) [PerFieldSimilarity], result of:', "body", '"a in 7) [x"'),
        ("entity_keys:place:oslo", "entity_keys", "place:oslo"),
        ("ConstantScore(id:[1])", "", "ConstantScore(id:[1])"),
    ],
)
def test_what_is_scored_is_named(description: str, field: str, text: str) -> None:
    (part,) = why(tree(2.0, description))["parts"]
    assert (part["field"], part["text"], part["score"]) == (field, text, 2.0)


def test_only_the_best_counts_where_others_add_nothing() -> None:
    found = why(tree(3.0, "max of:", weight(2.0, "body:a"), weight(3.0, "title:a")))
    assert [(part["field"], part["score"]) for part in found["parts"]] == [("title", 3.0)]
