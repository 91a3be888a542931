"""Searches over real articles: what is found is what ought to be, counted by hand in Python."""

import html
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from support.archive import news
from support.reading import ATTACKS, attacking

from services.contracts.messages import Enriched

pytestmark = pytest.mark.stack
NEWS = news()
ALL = [*NEWS, *attacking()]


async def search(http: httpx.AsyncClient, **params: Any) -> dict[str, Any]:
    """The answer to a search; `from_` stands for `from`."""
    response = await http.get("/v1/search", params={name.rstrip("_"): value for name, value in params.items()})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def ids(articles: list[Any]) -> set[str]:
    return {a["id"] if isinstance(a, dict) else a.id for a in articles}


def entity(article: Enriched, name: str) -> bool:
    return any(name in (e.id, e.name) for e in article.entities)


FILTERS: list[tuple[dict[str, Any], Callable[[Enriched], bool]]] = [
    ({}, lambda a: True),
    ({"source": ["alpha", "beta"]}, lambda a: a.source.id in ("alpha", "beta")),
    ({"domain": "gamma.example"}, lambda a: a.source.domain == "gamma.example"),
    ({"exclude_source": "alpha"}, lambda a: a.source.id != "alpha"),
    ({"language": "de", "source": "beta"}, lambda a: (a.language, a.source.id) == ("de", "beta")),
    ({"entity": "Porto"}, lambda a: entity(a, "Porto")),
    ({"entity": "place:porto", "exclude_language": ["en", "fr"]}, lambda a: entity(a, "Porto") and a.language == "de"),
    ({"topic": "transport"}, lambda a: any(t.id == "transport" for t in a.topics)),
    ({"exclude_topic": "transport"}, lambda a: all(t.id != "transport" for t in a.topics)),
    ({"author": "Author 3", "story": ["s0", "s3"]}, lambda a: "Author 3" in a.authors and a.story_id in ("s0", "s3")),
    ({"from_": "2026-11-10", "to": "2026-11-12"}, lambda a: "2026-11-10" <= str(a.published_at)[:10] <= "2026-11-12"),
    ({"from_": "2026-11"}, lambda a: str(a.published_at) >= "2026-11"),
    ({"to": "2026-10"}, lambda a: str(a.published_at) < "2026-11"),
    ({"source": 'x"y<z'}, lambda a: False),
]


@pytest.mark.parametrize(("params", "wanted"), FILTERS, ids=lambda value: str(value) if isinstance(value, dict) else "")
async def test_filters_find_exactly_what_they_say(
    http: httpx.AsyncClient, params: dict[str, Any], wanted: Callable[[Enriched], bool]
) -> None:
    answer = await search(http, **params, page_size=1000, fields="id")
    expected = [a for a in ALL if wanted(a)]
    assert ids(answer["articles"]) == ids(expected)
    assert answer["total"] == {"value": len(expected), "exact": True}
    timeline = (await http.get("/v1/timeline", params={k.rstrip("_"): v for k, v in params.items()})).json()
    assert timeline["total"]["value"] == sum(step["count"] for step in timeline["buckets"]) == len(expected)


QUERIES: dict[str, Callable[[Enriched], bool]] = {
    "harbour": lambda a: a in NEWS,
    "HARBOUR": lambda a: a in NEWS,
    '"gate number 17"': lambda a: a == NEWS[17],
    '"number gate 17"': lambda a: False,
    "+harbour -porto": lambda a: a in NEWS and not entity(a, "Porto"),
    "lisbon NOT porto": lambda a: a in NEWS and not entity(a, "Porto"),
    "title:17": lambda a: a == NEWS[17],
    "title:17 OR title:18": lambda a: a in (NEWS[17], NEWS[18]),
    "(title:17 OR title:18) entity:porto": lambda a: a == NEWS[17],
    "entity:PORTO source:alpha": lambda a: False,
    'author:"author 2"': lambda a: "Author 2" in a.authors,
    "ferr*": lambda a: a in NEWS,
    '"number gate 17"~2': lambda a: a == NEWS[17],
    '"harbour gate"~1': lambda a: False,
    '"harbour gate"~4': lambda a: a in NEWS,
    "topic:*": lambda a: bool(a.topics),
    "-author:*": lambda a: not a.authors,
    "lang*": lambda a: False,
    "harbour & -": lambda a: a in NEWS,
    '"" harbour': lambda a: a in NEWS,
    "harbour-lisbon": lambda a: False,
    NEWS[5].url + "#top": lambda a: a == NEWS[5],
    "story:s4": lambda a: a.story_id == "s4",
}


@pytest.mark.parametrize("query", QUERIES)
async def test_queries_mean_what_they_say(http: httpx.AsyncClient, query: str) -> None:
    answer = await search(http, q=query, page_size=1000, fields="id")
    assert ids(answer["articles"]) == ids([a for a in ALL if QUERIES[query](a)])


@pytest.mark.parametrize(
    "q", ["harbour lisbon", 'harbour "gate number"~3 ferr*', "+17 (title:report OR entity:porto)", "*x ships"]
)
async def test_the_parts_that_explain_a_score_add_up_to_it(http: httpx.AsyncClient, q: str) -> None:
    answer = await search(http, q=q, explain="true", page_size=10)
    for article in answer["articles"]:
        why = article["why"]
        assert sum(part["score"] for part in why["parts"]) == pytest.approx(why["score"], rel=1e-3)
    scores = [article["why"]["score"] for article in answer["articles"]]
    assert scores == sorted(scores, reverse=True)
    assert all("why" not in article for article in (await search(http, q=q))["articles"])


async def test_facets_count_those_without_a_value(http: httpx.AsyncClient) -> None:
    answer = await search(http, facets="topic,author", facet_size=1, facet_missing="true")
    assert answer["facets"]["topic"][-1] == {"value": None, "count": sum(not a.topics for a in ALL)}
    assert answer["facets"]["author"][-1] == {"value": None, "count": sum(not a.authors for a in ALL)}
    assert len(answer["facets"]["author"]) == 2


async def test_facets_count_as_by_hand_and_ignore_their_own_filter(http: httpx.AsyncClient) -> None:
    answer = await search(
        http,
        q="harbour",
        source="alpha",
        language="en",
        facets="source,language,entity,topic,type,author",
        facet_size=50,
    )
    english = [a for a in NEWS if a.language == "en"]
    alpha = [a for a in NEWS if a.source.id == "alpha"]
    both = [a for a in english if a in alpha]
    found = {name: {v["value"]: v["count"] for v in values} for name, values in answer["facets"].items()}
    assert answer["total"]["value"] == len(both)
    assert found["source"] == Counter(a.source.id for a in english)
    assert found["language"] == Counter(a.language for a in alpha)
    assert found["entity"] == Counter(e.id for a in both for e in a.entities)
    assert found["type"] == {"place": len(both)}
    assert found["topic"] == Counter(t.id for a in both for t in a.topics)
    assert found["author"] == Counter(name for a in both for name in a.authors)
    labels = {v["value"]: v.get("label") for v in answer["facets"]["entity"]}
    assert labels == {e.id: e.name for a in both for e in a.entities}


async def test_pages_and_links_lead_through_everything_once(http: httpx.AsyncClient) -> None:
    seen: list[str] = []
    address: str | None = "/v1/search?q=harbour&sort=newest&page_size=70&fields=id"
    while address:
        response = await http.get(address)
        answer = response.json()
        seen += [a["id"] for a in answer["articles"]]
        links = dict(reversed(link.split("; rel=")) for link in response.headers.get("link", "").split(", ") if link)
        assert links.get('"next"') == (f"<{answer['next']}>" if answer["next"] else None)
        assert links.get('"prev"') == (f"<{answer['prev']}>" if answer["prev"] else None)
        address = answer["next"]
    assert len(seen) == len(NEWS)
    assert set(seen) == ids(NEWS)


@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance"])
async def test_a_cursor_leads_through_everything_once_though_dates_tie(http: httpx.AsyncClient, sort: str) -> None:
    answer = await search(http, q="harbour", sort=sort, cursor="*", page_size=37, fields="id,published_at")
    seen = answer["articles"]
    while answer["next"]:
        answer = (await http.get(answer["next"])).json()
        seen += answer["articles"]
    assert len(seen) == len(NEWS)
    assert ids(seen) == ids(NEWS)
    dates = [a["published_at"] for a in seen]
    if sort != "relevance":
        assert dates == sorted(dates, reverse=sort == "newest")


async def test_a_cursor_whose_point_in_time_is_closed_is_refused_with_what_to_do(
    http: httpx.AsyncClient, filled: Any
) -> None:
    from services.runtime.elastic import sync_client
    from services.search.cursor import decode

    following = (await search(http, cursor="*", page_size=10))["next"]
    with sync_client(filled) as es:
        es.close_point_in_time(id=decode(httpx.URL(following).params["cursor"])[0])
    response = await http.get(following)
    assert response.status_code == 422
    assert "cursor=*" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize("text", ATTACKS)
async def test_highlights_are_the_text_with_nothing_but_marks_in_it(http: httpx.AsyncClient, text: str) -> None:
    answer = await search(http, q="hostile", highlight=True, page_size=100)
    found = next(a for a in answer["articles"] if a["authors"] == [text])
    title = found["highlights"]["title"][0]
    assert "<mark>hostile</mark>" in title
    for snippet in (title, *found["highlights"]["body"]):
        bare = re.sub(r"</?mark>", "", snippet)
        assert not re.search(r"[<>\"]", bare)
        assert html.unescape(bare) in (found["title"], *_passages(text))


def _passages(text: str) -> list[str]:
    """What a snippet of a hostile article's body can be: its sentences, or a start of them."""
    body = f"hostile {text} hostile.\n\n{text}"
    return [body[a:b] for a in range(len(body)) for b in range(a + 1, len(body) + 1)]


async def test_timelines_split_as_by_hand(http: httpx.AsyncClient) -> None:
    response = await http.get("/v1/timeline", params={"q": "harbour", "interval": "month", "split": "language"})
    for step in response.json()["buckets"]:
        month = [a for a in NEWS if str(a.published_at)[:7] == step["from"][:7]]
        assert step["count"] == len(month)
        assert {v["value"]: v["count"] for v in step["split"]} == Counter(a.language for a in month)
    auto = (await http.get("/v1/timeline", params={"q": "harbour"})).json()
    assert auto["interval"] == "day"
    assert len(auto["buckets"]) == 50


async def test_an_article_is_read_with_its_text_and_mentions(http: httpx.AsyncClient) -> None:
    wanted = NEWS[3]
    found = (await http.get(f"/v1/articles/{wanted.id}")).json()
    assert found["body"] == wanted.body
    assert found["source"] == {"id": "delta", "name": "Delta", "domain": "delta.example"}
    assert found["entities"][0]["mentions"] == [{"start": 15, "end": 21, "text": "Lisbon"}]
    assert found["published_at"] == "2026-11-19T08:30:00Z"
    assert not {"stemmed", "facet", "entity_keys", "at"} & set(found)
    assert "body" not in (await search(http, q="title:3"))["articles"][0]
