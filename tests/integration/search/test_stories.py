"""Stories over HTTP: their list, one of them, searches that show each once."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from support.archive import archive, news, place, source, write
from support.asking import answer
from support.messages import AT, enriched, settings_for_tests

from services.contracts import indices
from services.contracts.messages import Enriched
from services.index.document import to_document
from services.runtime.elastic import async_client
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
SIZES = {"ferry": 5, "strike": 3, "museum": 2, "alone": 1}


def told() -> list[Enriched]:
    """Stories of SIZES articles, an hour between articles; each named by its first."""
    return [article(subject, n, count) for subject, count in SIZES.items() for n in range(count)]


def article(subject: str, number: int, count: int) -> Enriched:
    first = enriched(f"{subject}-0").id
    return enriched(
        f"{subject}-{number}",
        title=f"{subject.title()} report {number}",
        body=f"All about the {subject} in Paros.",
        story_id=first,
        source=source(("Alpha", "Beta", "Gamma")[number % 3]),
        language="de" if number == 1 else "en",
        entities=(place("Paros"),),
        published_at=AT - timedelta(days=1 if subject == "strike" else 2) + timedelta(hours=number),
    )


TOLD = {one.title: one for one in told()}


@pytest.fixture(scope="module")
def filled(servers: Any) -> Iterator[Settings]:
    given = settings_for_tests(kafka=servers.kafka, elasticsearch=servers.elasticsearch)
    with archive(given, told()) as own:
        yield own


async def test_the_list_has_what_several_articles_tell_the_largest_first(http: httpx.AsyncClient) -> None:
    found = (await answer(http, "/v1/stories"))["stories"]
    assert [(s["headline"], s["count"], s["sources"]) for s in found] == [
        ("Ferry report 0", 5, 3),
        ("Strike report 0", 3, 3),
        ("Museum report 0", 2, 2),
    ]
    assert found[0]["id"] == TOLD["Ferry report 0"].id
    assert found[0]["first_at"] == "2026-11-20T08:30:00.000Z"
    assert found[0]["last_at"] == "2026-11-20T12:30:00.000Z"


async def test_the_list_is_of_what_matches(http: httpx.AsyncClient) -> None:
    newest = (await answer(http, "/v1/stories", sort="newest", size=2))["stories"]
    assert [s["headline"] for s in newest] == ["Strike report 0", "Ferry report 0"]
    assert [s["count"] for s in (await answer(http, "/v1/stories", q="museum", least=1))["stories"]] == [2]
    german = (await answer(http, "/v1/stories", language="de", least=1))["stories"]
    assert {(s["headline"], s["count"]) for s in german} == {
        ("Ferry report 1", 1),
        ("Strike report 1", 1),
        ("Museum report 1", 1),
    }
    assert (await answer(http, "/v1/stories", from_="2030-01-01"))["stories"] == []
    assert (await http.get("/v1/stories", params={"q": "(open"})).status_code == 422
    assert (await http.get("/v1/stories", params={"size": 0})).status_code == 422


async def test_one_story_in_the_order_in_which_it_was_told(http: httpx.AsyncClient) -> None:
    found = await answer(http, f"/v1/stories/{TOLD['Ferry report 0'].id}")
    assert [a["title"] for a in found["articles"]] == [f"Ferry report {n}" for n in range(5)]
    assert [(s["name"], s["count"]) for s in found["sources"]] == [("Alpha", 2), ("Beta", 2), ("Gamma", 1)]
    assert [s["first_at"][11:13] for s in found["sources"]] == ["08", "09", "10"]
    assert found["languages"] == [{"value": "en", "count": 4}, {"value": "de", "count": 1}]
    assert found["entities"] == [{"id": "place:paros", "name": "Paros", "type": "place", "count": 5}]
    assert sum(bucket["count"] for bucket in found["timeline"]["buckets"]) == found["count"] == 5
    assert len((await answer(http, f"/v1/stories/{found['id']}", articles=2))["articles"]) == 2


async def test_any_article_leads_to_its_story(http: httpx.AsyncClient) -> None:
    found = await answer(http, f"/v1/stories/{TOLD['Ferry report 3'].id}")
    assert found["id"] == TOLD["Ferry report 0"].id
    alone = await answer(http, f"/v1/stories/{TOLD['Alone report 0'].id}")
    assert alone["count"] == 1
    missing = await http.get(f"/v1/stories/{'0' * 64}")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"


async def test_a_search_with_each_story_once(http: httpx.AsyncClient) -> None:
    every = await answer(http, "/v1/search", q="paros", sort="oldest", page_size=50)
    once = await answer(http, "/v1/search", q="paros", sort="oldest", collapse="story", page_size=50)
    assert every["total"] == once["total"] == {"value": 11, "exact": True}
    assert once["stories"] == 4
    assert {a["title"]: a["similar"] for a in once["articles"]} == {
        f"{subject.title()} report 0": count - 1 for subject, count in SIZES.items()
    }
    assert "stories" not in every
    assert "similar" not in every["articles"][0]


async def test_pages_and_facets_of_stories(http: httpx.AsyncClient) -> None:
    params = {"collapse": "story", "page_size": "3", "facets": "language", "language": "en"}
    first = await answer(http, "/v1/search", **params)
    assert (len(first["articles"]), first["stories"], first["prev"]) == (3, 4, None)
    assert first["facets"]["language"] == [{"value": "en", "count": 8}, {"value": "de", "count": 3}]
    last = (await http.get(first["next"])).json()
    assert (len(last["articles"]), last["next"]) == (1, None)
    german = await answer(http, "/v1/search", **{**params, "language": "de"})
    assert german["stories"] == 3
    assert {a["similar"] for a in german["articles"]} == {4, 2, 1}


async def test_a_cursor_goes_through_single_articles(http: httpx.AsyncClient) -> None:
    response = await http.get("/v1/search", params={"collapse": "story", "cursor": "*"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "collapse"


@pytest.fixture
def ungrouped(servers: Any) -> Iterator[Settings]:
    """The same with an article as an earlier release wrote it."""
    older = to_document(enriched("older"), AT)
    del older["story_id"]

    async def put(own: Settings) -> None:
        es = async_client(own)
        await write(es, own, indices.ARTICLES, [older])
        await es.close()

    with archive(settings_for_tests(kafka=servers.kafka, elasticsearch=servers.elasticsearch), told()) as own:
        asyncio.run(put(own))
        yield own


async def test_an_archive_that_is_not_grouped_yet_hides_nothing(ungrouped: Settings, serve: Any) -> None:
    async with serve(ungrouped) as client:
        found = await answer(client, "/v1/search", collapse="story", page_size=50)
        assert len(found["articles"]) == 12
        assert "stories" not in found
        assert (await client.get(f"/v1/stories/{enriched('older').id}")).status_code == 404


async def test_the_pages_of_stories(http: httpx.AsyncClient) -> None:
    listed = (await http.get("/stories?window=30d")).text
    ferry = TOLD["Ferry report 0"].id
    assert f'href="/stories/{ferry}"' in listed
    assert "5 articles of 3 sources" in listed
    shown = (await http.get(f"/stories/{TOLD['Ferry report 2'].id}")).text
    assert [shown.index(f"Ferry report {n}") for n in range(5)] == sorted(
        shown.index(f"Ferry report {n}") for n in range(5)
    )
    assert "Alpha" in shown
    assert (await http.get(f"/stories/{'0' * 64}")).status_code == 404
    assert (await http.get("/stories?window=1y")).status_code == 422
    article = (await http.get(f"/articles/{TOLD['Ferry report 2'].id}")).text
    assert "5 articles tell this story" in article


async def test_the_search_page_shows_each_story_once_and_can_show_all(http: httpx.AsyncClient) -> None:
    once = (await http.get("/?q=ferry")).text
    assert once.count("<article") == 1
    assert "4 similar" in once
    assert "Show every article" in once
    every = (await http.get("/?q=ferry&collapse=none")).text
    assert every.count("<article") == 5
    assert "Show each story once" in every
    story = (await http.get(f"/?story={TOLD['Ferry report 0'].id}")).text
    assert story.count("<article") == 5
    assert "Ferry report 0</bdi>" in story


@pytest.fixture
def rising(servers: Any) -> Iterator[Settings]:
    """The same after fifty days of other news."""
    past = [one.model_copy(update={"story_id": None}) for one in news()]
    with archive(settings_for_tests(kafka=servers.kafka, elasticsearch=servers.elasticsearch), [*told(), *past]) as own:
        yield own


async def test_stories_that_rise(rising: Settings, serve: Any) -> None:
    async with serve(rising) as client:
        found = await answer(client, "/v1/trending", until="2026-11-22", window="3d", kind="story")
        assert [(one["name"], one["count"]) for one in found["trending"]][:1] == [("Ferry report 0", 5)]
        page = (await client.get("/trending")).text
    assert "Trending" in page
