"""From parameters to requests."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from services.contracts.urls import article_id
from services.search import weights
from services.search.params import SearchParams, TimelineParams
from services.search.query import ParameterError, build_query, build_span, build_timeline

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def query(**params: Any) -> dict[str, Any]:
    return build_query(SearchParams.model_validate(params), NOW, ("de", "en"))


def test_no_query_matches_everything_without_a_bonus_for_recency() -> None:
    body = query()
    assert body["query"]["bool"] == {"must": [{"match_all": {}}], "filter": [], "must_not": []}
    assert body["from"] == 0
    assert body["timeout"]


def test_words_are_searched_as_written_and_stemmed_in_each_language() -> None:
    fields = query(q="harbour")["query"]["bool"]["must"][0]["multi_match"]["fields"]
    assert f"title^{weights.WORDS_AS_WRITTEN['title']}" in fields
    assert {f.split("^")[0] for f in fields} >= {"stemmed.en.body", "stemmed.de.title", "entities.name.words"}


def test_a_language_filter_leaves_only_its_stemmed_fields() -> None:
    fields = query(q="harbour", language=["de"])["query"]["bool"]["must"][0]["multi_match"]["fields"]
    assert not [f for f in fields if f.startswith("stemmed.en")]


def test_plus_is_demanded_minus_is_forbidden_and_words_may_be_missing_in_part() -> None:
    body = query(q='+must -never "a phrase" one two three')["query"]["bool"]["must"][0]["bool"]
    assert [m["multi_match"]["query"] for m in body["must"][:2]] == ["must", "a phrase"]
    assert body["must"][1]["multi_match"]["type"] == "phrase"
    assert body["must"][2]["bool"]["minimum_should_match"] == weights.MINIMUM_SHOULD_MATCH
    assert body["must_not"][0]["multi_match"]["query"] == "never"
    assert body["should"][0]["match_phrase"]["title"]["query"] == "one two three"


def test_alternatives_fields_and_prefixes() -> None:
    any_of = query(q="train OR tren")["query"]["bool"]["must"][0]["bool"]
    assert any_of["minimum_should_match"] == 1
    assert query(q="author:Ada")["query"]["bool"]["must"] == [
        {"term": {"authors": {"value": "Ada", "case_insensitive": True}}}
    ]
    titled = query(q="title:vaccine")["query"]["bool"]["must"][0]["multi_match"]["fields"]
    assert {f.split("^")[0] for f in titled} == {"title", "stemmed.de.title", "stemmed.en.title"}
    prefix = query(q="vacc*")["query"]["bool"]["must"][0]["multi_match"]
    assert prefix["type"] == "bool_prefix"
    assert not [f for f in prefix["fields"] if f.startswith("stemmed")]
    assert query(q="-rain")["query"]["bool"]["must"][0]["bool"]["must_not"]


def test_a_url_finds_its_article_however_it_is_spelled() -> None:
    clause = query(q="HTTPS://N.example:443/a#b")["query"]["bool"]["must"][0]
    assert clause == {"term": {"id": article_id("https://n.example/a")}}


def test_a_word_of_several_tokens_is_one_word() -> None:
    assert query(q="covid-19")["query"]["bool"]["must"][0]["multi_match"]["type"] == "phrase"


def test_words_are_near_and_fields_have_any_value() -> None:
    assert query(q='"a b"~7')["query"]["bool"]["must"][0]["multi_match"]["slop"] == 7
    assert "slop" not in query(q='"a b"')["query"]["bool"]["must"][0]["multi_match"]
    assert query(q="author:*")["query"]["bool"]["must"] == [{"exists": {"field": "authors"}}]
    assert query(q="description:*")["query"]["bool"]["must"] == [{"exists": {"field": "description"}}]


def test_recency_ranks_only_searches_by_relevance_and_can_be_turned_off() -> None:
    recency = {**weights.RECENCY, "origin": NOW.isoformat()}
    assert query(q="a")["query"]["bool"]["should"] == [{"distance_feature": recency}]
    assert "should" not in query(q="a", recency=False)["query"]["bool"]
    assert "should" not in query(q="a", sort="newest")["query"]["bool"]


def test_filters_exclusions_and_times() -> None:
    body = query(source=["a", "b"], exclude_language=["fr"], **{"from": "2026-10", "to": "2026-10"})["query"]["bool"]
    assert {"terms": {"source.id": ["a", "b"]}} in body["filter"]
    times = {"gte": "2026-10-01T00:00:00+00:00", "lt": "2026-11-01T00:00:00+00:00"}
    assert {"range": {"at": times}} in body["filter"]
    assert body["must_not"] == [{"terms": {"language": ["fr"]}}]


def test_a_facet_ignores_its_own_filter_and_heeds_the_others() -> None:
    body = query(facets="language,source", language=["de"], source=["x"], domain=["d"])
    assert body["query"]["bool"]["filter"] == [{"terms": {"source.domain": ["d"]}}]
    assert len(body["post_filter"]["bool"]["filter"]) == 2
    language = body["aggs"]["language"]
    assert language["filter"]["bool"]["filter"] == [{"terms": {"source.id": ["x"]}}]
    assert language["aggs"]["values"]["terms"]["field"] == "language"
    assert "missing" not in language["aggs"]
    missing = query(facets="author", facet_missing=True)["aggs"]["author"]["aggs"]["missing"]
    assert missing == {"missing": {"field": "authors"}}


def test_pages_fields_and_highlights() -> None:
    body = query(page=3, page_size=10, fields="id,title", highlight=True)
    assert (body["from"], body["size"], body["_source"]["includes"]) == (20, 10, ["id", "title"])
    assert body["_source"]["excludes"] == ["entities.mentions"]
    assert body["highlight"]["encoder"] == "html"
    assert "from" not in query(cursor="*")


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"page": 101, "page_size": 100}, "cursor=*"),
        ({"facets": "colour"}, "no facet 'colour'; allowed: source"),
        ({"fields": "secret"}, "no field 'secret'"),
        ({"sort": "best"}, "relevance"),
        ({"page_size": 0}, "greater than or equal to 1"),
        ({"colour": "red"}, "Extra inputs"),
        ({"explain": True, "sort": "newest"}, "leave it out here"),
        ({"explain": True, "mode": "hybrid"}, "leave it out here"),
        ({"explain": True, "page_size": 101}, "at most 100 articles"),
    ],
)
def test_wrong_parameters_are_refused_with_what_is_allowed(params: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said.replace("*", r"\*")):
        SearchParams.model_validate(params)


def test_a_time_that_is_none_names_its_parameter() -> None:
    with pytest.raises(ParameterError, match="not a time") as raised:
        query(**{"from": "yesterday-ish"})
    assert raised.value.parameter == "from"


def test_timelines_count_all_and_split() -> None:
    params = TimelineParams.model_validate({"split": "language", "split_size": 3})
    body = build_timeline(params, NOW, (), "week")
    assert body["track_total_hits"] is True
    histogram = body["aggs"]["timeline"]
    assert histogram["date_histogram"]["calendar_interval"] == "week"
    assert histogram["aggs"]["split"]["terms"] == {"field": "language", "size": 3}
    assert set(build_span(params, NOW, ())["aggs"]) == {"min", "max"}
    with pytest.raises(ValidationError, match="no facet"):
        TimelineParams.model_validate({"split": "colour"})
