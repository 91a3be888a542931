"""The gateway over an archive that is being written by the index service's own writer."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from support.messages import AT, enriched
from support.topics import create_topics

from services.contracts import indices
from services.contracts.messages import Enriched, Step
from services.index.setup import ensure_indices
from services.index.stages import Indexer
from services.runtime.elastic import async_client
from services.runtime.settings import Settings
from services.runtime.stage import Forward
from services.search.find import find
from services.search.params import SearchParams
from services.search.provider import Provider

pytestmark = pytest.mark.stack
Add = Callable[[list[Enriched]], Awaitable[None]]


@pytest.fixture
async def add(settings: Settings) -> AsyncIterator[Add]:
    """`await add(articles)`: index them, searchable at once."""
    async with async_client(settings) as es:
        await ensure_indices(es, settings)
        indexer = Indexer(es, settings)

        async def index(articles: list[Enriched]) -> None:
            assert all(isinstance(outcome, Forward) for outcome in await indexer.articles(articles))
            await es.indices.refresh(index=settings.name(indices.ARTICLES))

        yield index


def reports(name: str, count: int) -> list[Enriched]:
    """Articles of three dates only, so that most of them tie."""
    return [enriched(f"{name}-{i}", published_at=AT - timedelta(days=i % 3)) for i in range(count)]


async def get(http: httpx.AsyncClient, address: str, **params: Any) -> dict[str, Any]:
    response = await http.get(address, params=params or None)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance"])
async def test_a_cursor_meets_each_article_once_while_others_arrive(
    settings: Settings, serve: Any, add: Add, sort: str
) -> None:
    there = reports("there", 120)
    await add(there)
    async with serve(settings) as http:
        answer = await get(http, "/v1/search", q="body", sort=sort, cursor="*", page_size=25, fields="id")
        seen = [a["id"] for a in answer["articles"]]
        pages = 1
        while answer["next"]:
            await add(reports(f"late-{pages}", 10))
            answer = await get(http, answer["next"])
            seen += [a["id"] for a in answer["articles"]]
            pages += 1
        assert sorted(seen) == sorted(a.id for a in there)
        assert (await get(http, "/v1/search", q="body"))["total"]["value"] == 120 + 10 * (pages - 1)


async def test_a_cursor_meets_each_article_once_though_time_goes_by(settings: Settings, add: Add) -> None:
    there = reports("there", 60)
    await add(there)
    now, following, seen = AT, "*", []
    async with async_client(settings) as es:
        while following:
            params = SearchParams.model_validate({"q": "body", "cursor": following, "page_size": 25, "from": "3d"})
            answer = await find(Provider(es, settings), params, [], now)
            seen += [a["id"] for a in answer["articles"]]
            following = httpx.URL(answer["next"]).params["cursor"] if answer["next"] else ""
            now += timedelta(days=2)  # what ranks newer articles higher, and "3 days back", would be others by now
    assert sorted(seen) == sorted(a.id for a in there)


async def test_a_submission_is_pending_until_it_is_indexed(settings: Settings, serve: Any, add: Add) -> None:
    create_topics(settings)
    article = enriched("submitted", trail=(Step(stage="clean", at=AT),))
    async with serve(settings) as http:
        accepted = (await http.post("/v1/articles", json={"url": article.url})).json()
        assert (await get(http, accepted["journey"]))["fate"] == "pending"
        assert (await http.get(accepted["article"])).status_code == 404
        await add([article])
        journey = await get(http, accepted["journey"])
        assert (journey["fate"], journey["article"]) == ("indexed", accepted["article"])
        assert [step["stage"] for step in journey["trail"]] == ["clean", "index"]
        assert (await get(http, accepted["article"]))["title"] == article.title
        again = await http.post("/v1/articles", json={"url": article.url})
        assert (await get(http, again.json()["journey"]))["fate"] == "indexed", "known already"


async def test_a_timeline_too_fine_for_its_span_is_refused_with_what_to_do(
    settings: Settings, serve: Any, add: Add
) -> None:
    await add([enriched("old", published_at=AT.replace(year=1926)), enriched("new", published_at=AT)])
    async with serve(settings) as http:
        refused = await http.get("/v1/timeline?interval=hour")
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "interval")
        assert "at most 5,000" in refused.json()["detail"]
        narrowed = await get(http, "/v1/timeline", interval="hour", **{"from": "2026-11"})
        assert [step["count"] for step in narrowed["buckets"]] == [1]
        years = await get(http, "/v1/timeline")
        assert (years["interval"], years["total"]["value"]) == ("year", 2)
        by_day = await get(http, "/v1/timeline", interval="day", split="source", **{"from": "2026"})
        assert by_day["buckets"][0]["split"] == [{"value": "news.example", "label": "News", "count": 1}]


async def test_before_there_is_an_index_a_cursor_leads_nowhere_and_it_is_ready(settings: Settings, serve: Any) -> None:
    async with serve(settings) as http:
        answer = await get(http, "/v1/search", q="x", cursor="*", sort="newest", facets="source", highlight="true")
        assert (answer["articles"], answer["next"], answer["total"]["value"]) == ([], None, 0)
        assert await get(http, "/readyz") == {"ready": True, "reasons": []}
