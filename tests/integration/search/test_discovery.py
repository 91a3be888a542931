"""Ways into the archive beside the search: completions, likeness, entities, what rises, corrections, exports."""

import csv
import io
import json
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from support.archive import fill, news, place
from support.asking import answer
from support.messages import AT, enriched
from support.reading import ATTACKS

from services.contracts import indices
from services.contracts.messages import Enriched, Entity, Location, Mention
from services.index.setup import ensure_indices
from services.index.stages import Indexer
from services.runtime.elastic import async_client
from services.runtime.settings import Settings
from services.search.export import cell

pytestmark = pytest.mark.stack
NEWS = news()


async def test_suggestions_of_each_kind(http: httpx.AsyncClient) -> None:
    lisbon = (await answer(http, "/v1/suggest", q="lis"))["suggestions"][0]
    assert (lisbon["kind"], lisbon["id"], lisbon["count"]) == ("entity", "place:lisbon", len(NEWS))
    found = await answer(http, "/v1/suggest", q="harbour rep")
    assert not found["typos"]
    assert [s["highlight"] for s in found["suggestions"] if s["kind"] == "word"] == [
        "<mark>harbour</mark> <mark>rep</mark>ort"
    ]
    assert len([s for s in found["suggestions"] if s["kind"] == "title"]) == 5
    only = await answer(http, "/v1/suggest", q="h", kind="word", size=1)
    assert [s["kind"] for s in only["suggestions"]] == ["word"]


async def test_suggestions_forgive_slips_where_nothing_begins_so(http: httpx.AsyncClient) -> None:
    found = await answer(http, "/v1/suggest", q="lisobn")
    assert found["typos"]
    assert found["suggestions"][0]["text"] == "Lisbon"
    assert (await answer(http, "/v1/suggest", q="zzzzzzzz"))["suggestions"] == []


async def test_articles_of_the_same_story_are_the_most_similar(http: httpx.AsyncClient) -> None:
    wanted = NEWS[20]
    found = (await answer(http, f"/v1/articles/{wanted.id}/similar", size=50))["articles"]
    story = {a.id for a in NEWS if a.story_id == wanted.story_id} - {wanted.id}
    assert {a["id"] for a in found if a["same_story"]} == story
    assert [a["same_story"] for a in found[: len(story)]] == [True] * len(story)
    assert wanted.id not in {a["id"] for a in found}
    assert (await http.get(f"/v1/articles/{'0' * 64}/similar")).status_code == 404
    assert "Similar articles" in (await http.get(f"/articles/{wanted.id}")).text


async def test_the_page_of_an_article_has_its_topics_by_name(http: httpx.AsyncClient) -> None:
    one = next(article for article in NEWS if article.topics)
    page = (await http.get(f"/articles/{one.id}")).text
    for topic in one.topics:
        assert re.search(rf'<a href="/\?topic={quote(topic.id)}"[^>]*>{topic.name}</a>', page)


async def test_likeness_without_a_story_is_of_words(settings: Settings, serve: Any) -> None:
    texts = {
        "a": "The volcano Etna erupted at dawn and ash closed the airport of Catania.",
        "b": "Ash of the volcano Etna closed the airport of Catania again.",
        "c": "The parliament of Norway passed the budget at dawn.",
        "d": "The budget of Norway grew, parliament said.",
        **{f"e{i}": f"The ferry number {i} sailed at dawn and the weather of the day was good." for i in range(20)},
    }
    await fill(settings, [enriched(name, title=f"{name} 1", body=text) for name, text in texts.items()])
    async with serve(settings) as http:
        found = (await answer(http, f"/v1/articles/{enriched('a').id}/similar"))["articles"]
    assert found[0]["id"] == enriched("b").id
    assert len(found) == 1, "words that all articles have say nothing"


async def test_entities_by_name_and_type(http: httpx.AsyncClient) -> None:
    porto = sum(any(e.id == "place:porto" for e in a.entities) for a in NEWS)
    places = await answer(http, "/v1/entities", type="place")
    assert [(e["id"], e["count"]) for e in places["entities"]] == [("place:lisbon", len(NEWS)), ("place:porto", porto)]
    assert [e["name"] for e in (await answer(http, "/v1/entities", q="PO"))["entities"]] == ["Porto"]
    assert (await answer(http, "/v1/entities", size=1))["more"]
    assert (await answer(http, "/v1/entities", q="nobody"))["entities"] == []


async def test_one_entity_and_what_it_appears_with(http: httpx.AsyncClient) -> None:
    named = [a for a in NEWS if any(e.id == "place:porto" for e in a.entities)]
    found = await answer(http, "/v1/entities/place:porto", articles=3)
    assert (found["name"], found["type"], found["count"]) == ("Porto", "place", len(named))
    assert sum(step["count"] for step in found["timeline"]["buckets"]) == len(named)
    newest = sorted((str(a.published_at) for a in named), reverse=True)[:3]
    assert [a["published_at"][:10] for a in found["articles"]] == [at[:10] for at in newest]
    (lisbon,) = found["appears_with"]
    assert (lisbon["id"], lisbon["together"], lisbon["count"]) == ("place:lisbon", len(named), len(NEWS))
    page = await http.get("/entities/place%3Aporto")
    assert page.status_code == 200
    assert "Lisbon" in page.text
    assert (await http.get("/v1/entities/place:nowhere")).status_code == 404
    assert (await http.get("/entities/place:nowhere")).status_code == 404


async def test_an_entity_tells_how_articles_call_it(settings: Settings, serve: Any) -> None:
    oporto = Mention(start=0, end=6, text="Oporto")
    porto = Entity(id="place:porto", name="Porto", type="place", count=1, mentions=(oporto,))
    await fill(settings, [enriched("one", body="Oporto grows.", entities=(porto,))])
    async with serve(settings) as http:
        found = await answer(http, "/v1/entities/place:porto")
        assert found["aliases"] == ["Oporto"]
        assert "mentions" not in found["articles"][0]["entities"][0]


async def test_a_page_shows_the_whole_text_or_its_beginning_and_of_which_reading_it_is(
    settings: Settings, serve: Any
) -> None:
    one = enriched("one", body="It begins.\n\nIt goes on.", models={"ner": "some_model 1.0"}, revision=2)
    await fill(settings, [one])
    async with serve(settings) as http:
        page = (await http.get(f"/articles/{one.id}")).text
        assert "It goes on." in page
        assert "Read on at" not in page
        assert "Names and topics by some_model 1.0, revision 2." in page
    async with serve(settings.model_copy(update={"full_text": False})) as http:
        page = (await http.get(f"/articles/{one.id}")).text
        assert "It begins." in page
        assert "It goes on." not in page
        assert "Read on at" in page
        assert "It goes on." in (await http.get(f"/v1/articles/{one.id}")).json()["body"]


async def test_an_article_tells_how_often_it_changed(settings: Settings, serve: Any) -> None:
    changed = [enriched("changed", content_hash=f"text {n}", fetched_at=AT + timedelta(hours=n)) for n in range(3)]
    once = enriched("once")
    async with async_client(settings) as es:
        await ensure_indices(es, settings)
        await Indexer(es, settings).articles([*changed, once])
        await es.indices.refresh(index=settings.name(indices.ARTICLES))
    async with serve(settings) as http:
        found = (await http.get(f"/v1/articles/{once.id}")).json()
        assert (found["version_count"], found["changed_at"], len(found["versions"])) == (1, None, 1)
        found = (await http.get(f"/v1/articles/{changed[0].id}")).json()
        assert (found["version_count"], found["changed_at"]) == (3, "2026-11-22T10:30:00.000Z")
        assert [version["content_hash"] for version in found["versions"]] == ["text 2", "text 1", "text 0"]
        assert "3 versions, last changed" in (await http.get(f"/articles/{changed[0].id}")).text
        assert "last changed" not in (await http.get(f"/articles/{once.id}")).text
        lines = (await http.get("/v1/export", params={"format": "csv", "fields": "id,versions"})).text.splitlines()
        assert f"{once.id},2026-11-22T08:30:00.000Z" in lines
        hits = (await answer(http, "/v1/search"))["articles"]
        assert all("versions" not in hit and hit["version_count"] for hit in hits)


@pytest.mark.parametrize("text", ATTACKS)
async def test_entities_with_hostile_names_have_their_page(http: httpx.AsyncClient, text: str) -> None:
    identity = quote(f"person:{text}", safe="")
    found = await answer(http, f"/v1/entities/{identity}")
    assert (found["name"], found["count"]) == (text, 1)
    page = await http.get(f"/entities/{identity}")
    assert page.status_code == 200
    assert "<script>window" not in page.text


async def test_what_rises_is_counted_as_by_hand(settings: Settings, serve: Any) -> None:
    old = [report(f"old-{i}", "Lisbon", AT - timedelta(days=8 + i % 20)) for i in range(60)]
    new = [report(f"new-{i}", "Porto" if i < 8 else "Lisbon", AT - timedelta(days=1)) for i in range(20)]
    one = [report("one", "Faro", AT - timedelta(days=2))]
    await fill(settings, [*old, *new, *one])
    async with serve(settings) as http:
        found = await answer(http, "/v1/trending", until=AT.isoformat())
        assert (found["window"]["articles"], found["before"]["articles"]) == (21, 60)
        (porto,) = found["trending"]
        assert (porto["id"], porto["count"], porto["before"], porto["expected"]) == ("place:porto", 8, 0, 0)
        assert porto["score"] > 6.63
        both = await answer(http, "/v1/trending", until=AT.isoformat(), against="12h")
        assert both["trending"] == [], "held against nothing, nothing rises"
        assert "Nothing rises" in (await http.get("/trending?window=24h")).text
        assert (await http.get("/trending?window=1y")).status_code == 422
        for wrong in ("window=0d", "window=x", "until=soon", "window=9999w&against=9999w&until=1000", "size=0", "x=1"):
            assert (await http.get(f"/v1/trending?{wrong}")).status_code in (200, 422), wrong


def report(name: str, where: str, at: datetime) -> Enriched:
    return enriched(name, published_at=at, entities=(place(where),))


async def test_what_is_not_there_is_read_as_what_is_most_like_it(http: httpx.AsyncClient) -> None:
    found = await answer(http, "/v1/search", q="harbuor lisobn", source="alpha", facets="language")
    exact = await answer(http, "/v1/search", q="harbour lisbon", source="alpha", facets="language")
    assert found["did_you_mean"] == "harbour lisbon"
    assert "did_you_mean" not in exact
    assert (found["total"], found["facets"]) == (exact["total"], exact["facets"])
    following = (await http.get(found["next"])).json()
    assert following["did_you_mean"] == "harbour lisbon"
    assert following["articles"]
    off = await answer(http, "/v1/search", q="harbuor", typos=False)
    assert (off["total"]["value"], "did_you_mean" in off) == (0, False)
    assert (await answer(http, "/v1/search", q='"harbuor gate"'))["total"]["value"] == 0
    assert (await answer(http, "/v1/search", q="harbour language:xx"))["total"]["value"] == 0
    page = await http.get("/?q=harbuor")
    assert "harbour</bdi></a>" in page.text


async def test_an_export_has_everything_once_and_goes_on_after_what_arrived(http: httpx.AsyncClient) -> None:
    whole = [json.loads(one) for one in (await http.get("/v1/export?q=harbour")).text.splitlines()]
    assert sorted(a["id"] for a in whole) == [a["id"] for a in whole] == sorted(a.id for a in NEWS)
    assert whole[0]["body"]
    part = await http.get("/v1/export", params={"q": "harbour", "fields": "title", "limit": 250})
    start = [json.loads(one) for one in part.text.splitlines()]
    rest = await http.get("/v1/export", params={"q": "harbour", "fields": "title", "after": start[-1]["id"]})
    assert [*start, *map(json.loads, rest.text.splitlines())] == [{k: a[k] for k in ("id", "title")} for a in whole]
    assert (await http.get("/v1/export?after=x")).status_code == 422
    assert (await http.get("/v1/export?q=(a")).status_code == 422


async def test_an_export_as_csv_holds_hostile_articles_as_text(http: httpx.AsyncClient) -> None:
    response = await http.get("/v1/export?q=hostile&format=csv&fields=title,authors,source")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert {row["authors"] for row in rows} == {cell([text]) for text in ATTACKS}
    head = await http.head("/v1/export?format=csv")
    assert (head.status_code, head.headers["content-type"]) == (200, "text/csv; charset=utf-8")


async def test_a_place_is_shown_where_it_lies(settings: Settings, serve: Any) -> None:
    oslo = Entity(
        id="place:oslo", name="Oslo", type="place", count=1, country="NO", location=Location(lat=59.91, lon=10.75)
    )
    await fill(settings, [enriched("one", entities=(oslo,))])
    async with serve(settings) as http:
        found = await answer(http, "/v1/entities/place:oslo")
        assert (found["country"], found["location"]) == ("NO", {"lat": 59.91, "lon": 10.75})
        assert "Country NO, at 59.91, 10.75" in (await http.get("/entities/place:oslo")).text


async def test_a_description_that_is_the_articles_beginning_is_shown_once(settings: Settings, serve: Any) -> None:
    body = "The ferry is late again, and nobody knows why.\n\nIt goes on."
    own = enriched("own", body=body, description="What a late ferry means for the island")
    same = enriched("same", body=body, description="The ferry is late again…")
    async with async_client(settings) as es:
        await ensure_indices(es, settings)
        await Indexer(es, settings).articles([own, same])
        await es.indices.refresh(index=settings.name(indices.ARTICLES))
    async with serve(settings) as http:
        assert 'class="lead">What a late ferry' in (await http.get(f"/articles/{own.id}")).text
        assert 'class="lead"' not in (await http.get(f"/articles/{same.id}")).text
