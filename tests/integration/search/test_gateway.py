"""The gateway between real servers: submissions, journeys, servers that are away, and odd requests of all kinds."""

import asyncio
import os
import signal
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.archive import write
from support.messages import AT
from support.processes import Child, free_ports, running
from support.topics import create_topics, values

from services.contracts import indices
from services.contracts.messages import Fate, Origin
from services.contracts.topics import PAGES, URLS
from services.contracts.urls import article_id
from services.index.journeys import ended_journey
from services.index.setup import ensure_indices
from services.runtime.elastic import async_client
from services.runtime.settings import Settings
from services.standalone.ports import unused

pytestmark = pytest.mark.stack
URL = "https://news.example/submitted"


async def test_a_submission_is_on_its_topic_and_its_journey_pending(settings: Settings, serve: Any) -> None:
    es = async_client(settings)
    await ensure_indices(es, settings)
    await es.close()
    await asyncio.to_thread(create_topics, settings)
    async with serve(settings) as http:
        for body in ({}, {"title": "T", "text": "Words."}):
            accepted = await http.post("/v1/articles", json={"url": URL + "?utm_source=x", **body})
            assert accepted.status_code == 202, accepted.text
            assert accepted.json()["id"] == article_id(URL)
            journey = (await http.get(accepted.headers["location"])).json()
            assert (journey["fate"], journey["url"]) == ("pending", URL)
    sent = await asyncio.to_thread(values, settings, URLS), await asyncio.to_thread(values, settings, PAGES)
    assert [[m["url"] for m in messages] for messages in sent] == [[URL + "?utm_source=x"]] * 2
    assert sent[1][0]["text"] == "Words."


async def test_a_submission_that_kafka_does_not_take_leaves_no_trace(settings: Settings, serve: Any) -> None:
    es = async_client(settings)
    await ensure_indices(es, settings)
    await es.close()
    away = settings.model_copy(update={"kafka": f"127.0.0.1:{unused('127.0.0.1')}"})
    async with serve(away) as http:
        refused = await http.post("/v1/articles", json={"url": URL})
        assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
        assert refused.headers["retry-after"]
        assert "Kafka" in refused.json()["detail"]
        assert (await http.get("/v1/journey", params={"url": URL})).status_code == 404
        ready = await http.get("/readyz")
        assert ready.status_code == 503
        assert ["kafka" in reason for reason in ready.json()["reasons"]] == [True]


async def test_journeys_that_ended(settings: Settings, serve: Any) -> None:
    origin = Origin(topic=settings.name(PAGES.name), partition=2, offset=41)
    common = {"stage": "clean", "at": AT, "fetched_at": AT - timedelta(minutes=1), "source": "s", "origin": origin}
    ends = {
        "skipped": Fate(id=article_id(URL), url=URL, fate="skipped", reason="too_short", detail="3 words", **common),
        "dead": Fate(id=article_id(URL + "2"), url=URL + "2", fate="dead", reason="invalid", detail="no URL", **common),
    }
    es = async_client(settings)
    await ensure_indices(es, settings)
    await write(es, settings, indices.JOURNEYS, [ended_journey(fate) for fate in ends.values()])
    await es.close()
    async with serve(settings) as http:
        skipped, dead = [(await http.get("/v1/journey", params={"id": fate.id})).json() for fate in ends.values()]
        page = await http.get("/journey", params={"url": URL + "2"})
    assert (skipped["fate"], skipped["reason"], skipped["detail"]) == ("skipped", "too_short", "3 words")
    assert "dead_topic" not in skipped
    assert (dead["dead_topic"], dead["origin"]["offset"]) == (f"{origin.topic}.dead", 41)
    assert dead["dead_topic"] in page.text


async def test_before_there_is_an_index_the_archive_is_empty(settings: Settings, serve: Any) -> None:
    async with serve(settings) as http:
        assert (await http.get("/v1/search?q=x&facets=source")).json()["total"]["value"] == 0
        assert (await http.get("/v1/timeline")).json()["buckets"] == []
        assert (await http.get(f"/v1/articles/{article_id(URL)}")).status_code == 404
        assert "The archive is empty" in (await http.get("/")).text


@pytest.mark.parametrize(
    "address",
    ["/v1/search?q=x", "/v1/search?cursor=*", "/v1/timeline", f"/v1/articles/{'0' * 64}", "/v1/journey?url=x"],
)
async def test_elasticsearch_away_is_a_problem_with_when_to_try_again(
    settings: Settings, serve: Any, address: str
) -> None:
    nobody = f"http://127.0.0.1:{unused('127.0.0.1')}"
    async with serve(settings.model_copy(update={"elasticsearch": nobody})) as http:
        response = await http.get(address)
        assert (response.status_code, response.headers["content-type"]) == (503, "application/problem+json")
        assert response.headers["retry-after"]
        assert "Elasticsearch does not answer" in response.json()["detail"]
        assert "Traceback" not in response.text
        assert (await http.get("/healthz")).status_code == 200


CASES = int(os.environ.get("NEWSLOOM_API_CASES", "150"))
VALUE = st.text(max_size=40) | st.sampled_from(
    ["*", "7d", "2026-11", "relevance", "1", "-1", "entity", "id", "a OR (b"]
)
NAMES = """from to language entity author exclude_source sort recency typos page page_size cursor facets facet_size
    highlight fields interval split url id nonsense"""
NAME = st.sampled_from(NAMES.split())
PATHS = st.sampled_from(
    ["/v1/search", "/v1/timeline", "/v1/journey", "/v1/suggest", "/v1/entities", "/v1/trending", "/", "/journey"]
)
PIECES = """harbour Lisbon har* * "opened its gate" "gate opened"~3 ~2 +ferries -planned OR AND NOT ( ) " title:harbour
    title:"gate number" body:(a lisbon) author:"Author 1" language:de source:alpha entity:place:lisbon
    domain:beta.example nonsense:x : +- -" -( (( )) a:b:c 日本 été \\ / {"a":1} [1 TO 2] x^2 https://alpha.example/report-1"""
QUERY = st.lists(st.sampled_from(PIECES.split()) | st.text(max_size=12), max_size=12).map(" ".join) | st.text()
_loop_safe = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@hypothesis_settings(max_examples=CASES, suppress_health_check=_loop_safe)
@given(path=PATHS, query=QUERY, params=st.lists(st.tuples(NAME, VALUE), max_size=3))
async def test_no_request_is_a_server_error(
    http: httpx.AsyncClient, path: str, query: str, params: list[tuple[str, str]]
) -> None:
    response = await http.get(path, params=[("q", query), *params])
    assert response.status_code in (200, 404, 422), response.text
    if path.startswith("/v1/") and response.status_code == 422:
        assert all(error["parameter"] for error in response.json()["errors"])


async def test_the_page_shows_hits_whatever_fields_the_address_asks_for(http: httpx.AsyncClient) -> None:
    assert (await http.get("/?q=harbour&fields=id&collapse=none")).text.count("<article") == 20


def _sent(settings: Settings, *parts: bytes) -> bytes:
    """The answer to bytes that are sent one after the other; empty when the connection just ends."""
    with socket.create_connection(settings.gateway, timeout=30) as raw:
        try:
            for part in parts:
                raw.sendall(part)
            return raw.recv(65_536)
        except (ConnectionResetError, BrokenPipeError):
            return b""


def _odd_heads(settings: Settings) -> None:
    host = "{}:{}".format(*settings.gateway).encode()
    line = b"GET /healthz HTTP/1.1\r\nHost: " + host + b"\r\n"
    assert _sent(settings, line[:9], line[9:], b"\r\n").startswith(b"HTTP/1.1 200 ")
    assert _sent(settings, line, b"X-A: " + b"a" * 60_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    too_long = (line, *([b"X-A: " + b"a" * 4_000 + b"\r\n"] * 20))
    assert _sent(settings, *too_long)[:13] in (b"HTTP/1.1 431 ", b"")
    assert _sent(settings, b"GET /" + b"a" * 500_000)[:13] in (b"HTTP/1.1 431 ", b"")
    for garbage in (b"\x00\x01\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET \xff HTTP/1.1\r\n\r\n"):
        assert _sent(settings, garbage)[:13] in (b"HTTP/1.1 400 ", b"")
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert _sent(settings, line, upgrade).startswith(b"HTTP/1.1 200 ")


def test_served_for_real_it_answers_and_stops_when_told(settings: Settings, tmp_path: Path) -> None:
    own = settings.model_copy(update={"http": f"127.0.0.1:{free_ports(1)}", "home": tmp_path})
    child = Child(own, "search", "services", "run", "search")
    with running(child), httpx.Client(base_url=f"http://{own.http}", trust_env=False, timeout=30) as http:
        assert http.get("/").status_code == 200
        head = http.head("/")
        assert (head.status_code, head.content) == (200, b"")
        for host in ("evil.example", "[", ""):
            assert http.get("/v1/search", headers={"Host": host}).status_code in (400, 421)
        assert "newsloom_http_requests_total" in http.get("/metrics").text
        _odd_heads(own)
        assert child.process is not None
        os.kill(child.process.pid, signal.SIGTERM)
        # uvicorn closes everything, then lets the signal have its usual effect
        assert child.process.wait(60) in (0, -signal.SIGTERM)
        assert "Application shutdown complete" in child.tail()
