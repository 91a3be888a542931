"""Hybrid searches: their requests, and what is refused."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.embedding import static_model
from support.messages import settings_for_tests

from services.runtime.embedding.model import EmbeddingModelError
from services.runtime.errors import Unavailable
from services.search import query_embedder
from services.search.hybrid import DEPTH, Rankings, build_nearest, build_page, build_words, find_by_mode
from services.search.params import SearchParams
from services.search.query import ParameterError
from services.search.query_embedder import QueryEmbedder

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def params(**given: Any) -> SearchParams:
    return SearchParams.model_validate({"mode": "hybrid", **given})


@pytest.fixture
def embedder(tmp_path: Path) -> QueryEmbedder:
    return QueryEmbedder(settings_for_tests(embedding_model=str(static_model(tmp_path / "little"))))


def test_the_rankings_are_of_ids_alone_whatever_page_is_asked_for() -> None:
    body = build_words(params(q="ferry", page=3, facets="language", language=["en"], highlight=True), NOW, ())
    assert (body["from"], body["size"], body["_source"]) == (0, DEPTH, False)
    assert not {"aggs", "highlight", "post_filter"} & set(body)
    assert body["query"]["bool"]["filter"] == [{"terms": {"language": ["en"]}}]


def test_the_nearest_are_filtered_as_the_words_are_and_fulfil_demands() -> None:
    body = build_nearest(params(q="ferry -strike", language=["en"], **{"from": "2026-11"}), NOW, (), "f", [1.0])
    filters, demanded = body["knn"]["filter"]
    assert [next(iter(one)) for one in filters["bool"]["filter"]] == ["terms", "range"]
    assert filters["bool"]["must"] == [{"match_all": {}}]
    assert "strike" in str(demanded["bool"]["must_not"])
    assert "ferry" not in str(body)
    assert len(build_nearest(params(q="ferry strike"), NOW, (), "f", [1.0])["knn"]["filter"]) == 1


def test_the_page_has_what_is_wanted_with_facets_and_number_of_all() -> None:
    rankings = Rankings(["a", "b"], ["b", "c"])
    given = params(q="ferry", facets="language", language=["en"], highlight=True, page=2)
    body = build_page(given, NOW, (), rankings, ["c"])
    words, nearest = body["query"]["bool"]["should"]
    assert nearest == {"terms": {"id": ["b", "c"]}}
    assert body["highlight"]["highlight_query"] == words
    assert body["post_filter"] == {"terms": {"id": ["c"]}}
    assert (body["from"], body["size"]) == (0, 1)
    assert body["aggs"]["total"] == {"filter": {"bool": {"filter": [{"terms": {"language": ["en"]}}]}}}
    assert "language" in body["aggs"]


@pytest.mark.parametrize(
    ("given", "parameter", "words"),
    [
        ({"cursor": "*"}, "cursor", "mode=keyword"),
        ({"sort": "newest"}, "sort", "mode=keyword"),
    ],
)
async def test_what_hybrid_search_can_not_do_is_refused(
    embedder: QueryEmbedder, given: dict[str, str], parameter: str, words: str
) -> None:
    with pytest.raises(ParameterError, match=words) as refused:
        await find_by_mode(None, embedder, params(q="ship", **given), [], NOW)  # type: ignore[arg-type]
    assert refused.value.parameter == parameter


async def test_where_it_is_off_the_answer_says_how_to_turn_it_on() -> None:
    off = QueryEmbedder(settings_for_tests())
    assert not off.on
    with pytest.raises(ParameterError, match="NEWSLOOM_EMBEDDING_MODEL"):
        await find_by_mode(None, off, params(q="ship"), [], NOW)  # type: ignore[arg-type]


def test_a_model_that_is_not_there_stops_the_start() -> None:
    with pytest.raises(EmbeddingModelError, match="no_such_model"):
        QueryEmbedder(settings_for_tests(embedding_model="no_such_model"))


async def test_a_query_is_embedded_beside_the_loop_and_for_a_limited_time(
    embedder: QueryEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await embedder.vector("ship") == (1.0, 0.0, 0.0)
    assert await embedder.vector("walrus") is None
    assert embedder.field == f"embedding.{embedder.model.split()[-1]}-3"
    monkeypatch.setattr(query_embedder, "LIMIT_S", 0.01)
    blocked = asyncio.get_running_loop().run_in_executor(embedder._thread, time.sleep, 0.3)
    with pytest.raises(Unavailable, match="mode=keyword"):
        await embedder.vector("ship")
    await blocked
    embedder.close()
