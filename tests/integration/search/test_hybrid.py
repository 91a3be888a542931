"""Hybrid search with a real model over real Elasticsearch: what means the like is found without a common word."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.archive import archive, fill, source
from support.embedding import minilm, static_model
from support.messages import enriched, settings_for_tests

from services.contracts import indices
from services.contracts.messages import Enriched
from services.contracts.urls import article_id
from services.enrich.embed import embedded
from services.index.analysis import Analysis
from services.index.mapping import mapping
from services.runtime.elastic import sync_client
from services.runtime.embedding.model import Embedder, load_embedder
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack

TEXTS = {
    "flood": ("Downpour leaves hundreds of houses under water", "Rivers burst their banks after a week of rain."),
    "cup": ("Striker scores twice in cup final", "The trophy goes north for the first time."),
    "rates": ("Central bank lifts borrowing costs", "Inflation is still above target, the governor said."),
    "vaccine": ("New jab against malaria approved", "Children in six countries will get it first."),
    "strike": ("Train drivers walk out over pay", "Passengers were told to stay at home on Friday."),
    "museum": ("Stolen painting returns to museum", "It was found behind a wardrobe in Ghent."),
}
UNEMBEDDED = "Flooding guidance for homeowners"


def name(key: str) -> str:
    return article_id(f"https://news.example/{key}")


def articles(embedder: Embedder | None) -> list[Enriched]:
    plain = [
        enriched(key, title=title, body=body, source=source("North" if key in ("flood", "cup") else "South"))
        for key, (title, body) in TEXTS.items()
    ]
    return [*(embedded(plain, embedder) if embedder else plain), enriched("old", title=UNEMBEDDED)]


@pytest.fixture(scope="module")
def hybrid(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings with the model on, whose index holds articles that have its vectors, and one that has none."""
    model = str(minilm(tmp_path_factory.mktemp("minilm")))
    given = settings_for_tests(kafka=servers.kafka, elasticsearch=servers.elasticsearch, embedding_model=model)
    with archive(given, articles(load_embedder(model))) as own:
        yield own


@pytest.fixture
async def http(hybrid: Settings, serve: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with serve(hybrid) as client:
        yield client


async def search(http: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    answer = await http.get("/v1/search", params={"mode": "hybrid", **given})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("q", "key"),
    [
        ("severe inundation destroys residences", "flood"),
        ("football champions", "cup"),
        ("interest rate hike", "rates"),
        ("immunisation of kids", "vaccine"),
        ("railway industrial action", "strike"),
        ("looted artwork recovered", "museum"),
    ],
)
async def test_what_means_the_like_is_found_without_a_common_word(http: httpx.AsyncClient, q: str, key: str) -> None:
    by_words = (await http.get("/v1/search", params={"q": q, "typos": "false"})).json()
    assert by_words["articles"] == []
    found = await search(http, q=q)
    assert found["articles"][0]["id"] == name(key)
    assert found["articles"][0]["ranks"] == {"keyword": None, "meaning": 1}
    assert found["total"] == {"value": len(TEXTS), "exact": True}


async def test_both_rankings_are_fused_and_articles_without_a_vector_stay_found(http: httpx.AsyncClient) -> None:
    found = await search(http, q="flooding homeowners")
    ranks = {hit["id"]: hit["ranks"] for hit in found["articles"]}
    assert ranks[name("old")] == {"keyword": 1, "meaning": None}
    assert ranks[name("flood")] == {"keyword": None, "meaning": 1}
    assert {found["articles"][0]["id"], found["articles"][1]["id"]} == {name("old"), name("flood")}
    assert found["total"]["value"] == len(TEXTS) + 1


async def test_filters_and_demands_hold_for_both(http: httpx.AsyncClient) -> None:
    north = await search(http, q="severe inundation", source="north", facets="source")
    assert [hit["id"] for hit in north["articles"]] == [name("flood"), name("cup")]
    assert {"value": "north", "label": "North", "count": 2} in north["facets"]["source"]
    without = await search(http, q="inundation -houses")
    assert name("flood") not in [hit["id"] for hit in without["articles"]]
    demanded = await search(http, q="inundation +wardrobe")
    assert [hit["id"] for hit in demanded["articles"]] == [name("museum")]


async def test_pages_go_through_all_once(http: httpx.AsyncClient) -> None:
    whole = [hit["id"] for hit in (await search(http, q="flooding homeowners"))["articles"]]
    turned, link = [], "/v1/search?q=flooding+homeowners&mode=hybrid&page_size=3"
    while link:
        answer = (await http.get(link)).json()
        turned += [hit["id"] for hit in answer["articles"]]
        link = answer["next"]
    assert turned == whole
    assert len(set(whole)) == len(TEXTS) + 1
    assert (await search(http, q="flooding", page=50))["articles"] == []


async def test_vectors_are_in_no_answer(http: httpx.AsyncClient) -> None:
    for path in ("/v1/search?q=rain", "/v1/search?q=rain&mode=hybrid", f"/v1/articles/{name('flood')}", "/v1/export"):
        answer = await http.get(path)
        assert answer.status_code == 200
        assert name("flood") in answer.text
        assert "embedding" not in answer.text.replace("embedding_model", "")


async def test_a_query_without_words_is_answered_as_ever(http: httpx.AsyncClient) -> None:
    assert (await search(http, q=""))["total"]["value"] == len(TEXTS) + 1
    assert [hit["id"] for hit in (await search(http, q="source:north"))["articles"]]


@pytest.mark.parametrize("given", [{"cursor": "*"}, {"sort": "newest"}])
async def test_what_it_can_not_do_is_refused(http: httpx.AsyncClient, given: dict[str, str]) -> None:
    answer = await http.get("/v1/search", params={"q": "rain", "mode": "hybrid", **given})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == next(iter(given))


async def test_the_page_offers_it_and_keeps_it_in_its_links(http: httpx.AsyncClient) -> None:
    page = (await http.get("/", params={"q": "inundation", "mode": "hybrid"})).text
    assert '<option value="hybrid" selected>' in page
    assert TEXTS["flood"][0] in page
    assert "mode=hybrid" in page.split('<aside id="narrow"')[1]


async def test_off_by_default(hybrid: Settings, serve: Any) -> None:
    async with serve(hybrid.model_copy(update={"embedding_model": ""})) as http:
        refused = await http.get("/v1/search", params={"q": "rain", "mode": "hybrid"})
        assert refused.status_code == 422
        assert "NEWSLOOM_EMBEDDING_MODEL" in refused.json()["detail"]
        assert 'name="mode"' not in (await http.get("/", params={"q": "rain"})).text
        assert (await http.get("/", params={"q": "rain", "mode": "hybrid"})).status_code == 422


async def test_another_model_in_the_gateway_says_so_and_loses_no_article(
    hybrid: Settings, serve: Any, tmp_path: Path
) -> None:
    little = str(static_model(tmp_path / "little"))
    other = hybrid.model_copy(update={"embedding_model": little})
    async with serve(other) as http:
        refused = await http.get("/v1/search", params={"q": "ship", "mode": "hybrid"})
        assert refused.status_code == 422
        assert "vectors of other models only" in refused.json()["detail"]
        # What the other model made goes into the same index, beside the first one's.
        await fill(other, embedded([enriched("boat", title="boat", body="-")], load_embedder(little)))  # type: ignore[arg-type]
        assert (await search(http, q="ship"))["articles"][0]["id"] == name("boat")
        assert (await search(http, q="malaria"))["articles"][0]["id"] == name("vaccine")


async def test_without_a_model_there_is_no_vector(settings: Settings) -> None:
    await fill(settings, articles(None))
    assert fields(settings) == {}


async def test_an_index_of_an_older_release_takes_vectors(settings: Settings) -> None:
    await fill(settings, [enriched("a")])
    alias = settings.name(indices.ARTICLES)
    body = mapping(Analysis())
    del body["mappings"]["dynamic_templates"], body["mappings"]["properties"]["embedding"]
    with sync_client(settings) as es:
        (concrete,) = es.indices.get(index=alias)
        es.indices.delete(index=concrete)
        es.indices.create(index=concrete, **body, aliases={alias: {"is_write_index": True}})
    await fill(settings, [enriched("b", embedding=(0.6, 0.8), models={"embedding": "m 1a"})])
    field = fields(settings)["1a-2"]
    assert (field["type"], field["dims"], field["index_options"]["type"]) == ("dense_vector", 2, "int8_hnsw")


def fields(settings: Settings) -> dict[str, Any]:
    """What the index has learned of vectors, by model."""
    with sync_client(settings) as es:
        (found,) = es.indices.get_mapping(index=settings.name(indices.ARTICLES)).body.values()
    learned: dict[str, Any] = found["mappings"]["properties"]["embedding"].get("properties", {})
    return learned
