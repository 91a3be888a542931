"""The gateway over ASGI: every error is a problem document that says what to do."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send
from support.messages import settings_for_tests

from services.contracts.topics import MAX_MESSAGE_BYTES
from services.runtime.elastic import async_client
from services.runtime.errors import Unavailable
from services.runtime.publisher import MessageTooLarge, Publisher, PublishError
from services.search import middleware, weights
from services.search.app import create_app
from services.search.keyring import Keyring
from services.search.problems import PATTERNS
from services.search.provider import Note, Provider
from services.search.rate import RateLimit
from services.search.state import State

ID = "0" * 64


class Silent(Provider):
    """A provider of an empty archive; `failure` is raised by every question."""

    failure: Exception | None = None
    pending: list[dict[str, Any]]
    withdrawn: list[str]

    async def _answer(self, value: Any) -> Any:
        if self.failure:
            raise self.failure
        return value

    async def ping(self) -> None:
        await self._answer(None)

    async def languages(self) -> tuple[str, ...]:
        return await self._answer(())

    async def search(self, body: dict[str, Any]) -> dict[str, Any]:
        return await self._answer({"took": 1, "hits": {"hits": []}})

    async def article(self, identity: str) -> dict[str, Any] | None:
        return await self._answer(None)

    async def journey(self, identity: str) -> dict[str, Any] | None:
        return await self._answer(None)

    async def note_pending(self, document: dict[str, Any]) -> Note | None:
        self.pending.append(document)
        return Note(document["id"], 0, 1)

    async def withdraw(self, note: Note) -> None:
        self.withdrawn.append(note.id)


class NoKeys(Keyring):
    """Keys of a gateway where nobody made any."""

    async def fresh(self) -> None:
        pass


class Recording(Publisher):
    """A publisher that keeps what is sent; `failure` is raised instead."""

    failure: Exception | None = None

    async def check(self) -> None:
        if self.failure:
            raise self.failure

    async def send(self, topic: Any, message: Any, key: Any = None, headers: Any = None) -> None:
        if self.failure:
            raise self.failure
        self.sent = (topic.name, message, key)
        self.headers = dict(headers)


class Gateway:
    """A gateway without servers, and the doubles in it."""

    def __init__(self, **given: object) -> None:
        settings = settings_for_tests(**given)
        self.es = async_client(settings)
        self.publisher = Recording(settings)
        self.provider = Silent(self.es, settings)
        self.provider.pending, self.provider.withdrawn = [], []
        self.app = app = create_app(settings, self.es, self.publisher)
        state: State = app.state.newsloom
        app.state.newsloom = replace(
            state, provider=self.provider, publisher=self.publisher, keyring=NoKeys(self.es, settings, state.access)
        )
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")

    async def close(self) -> None:
        await self.http.aclose()
        await self.es.close()


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    made = Gateway()
    yield made
    await made.close()


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize(
    ("address", "parameter", "said"),
    [
        ("/v1/search?colour=red", "colour", "allowed: q, from, to, language"),
        ("/v1/search?page=x", "page", "valid integer"),
        ("/v1/search?sort=best", "sort", "'relevance', 'newest' or 'oldest'"),
        ("/v1/search?facets=colour", "facets", "allowed: source, entity"),
        ("/v1/search?q=(a", "q", "has no )"),
        ("/v1/search?from=soon", "from", "RFC 3339"),
        ("/v1/search?page=1000&page_size=1000", "page", "cursor=*"),
        ("/v1/search?cursor=nonsense", "cursor", "cursor=*"),
        ("/v1/timeline?interval=century", "interval", "'auto', 'hour'"),
        ("/v1/articles/12", "identity", "an id of 64 digits"),
        ("/v1/articles/12/similar", "identity", "an id of 64 digits"),
        ("/v1/suggest", "q", "required"),
        ("/v1/suggest?q=%3F", "q", "neither letter nor digit"),
        ("/v1/suggest?q=a&kind=author", "kind", "'entity', 'word' or 'title'"),
        ("/v1/entities?type=moon", "type", "'person', 'organisation', 'place'"),
        ("/v1/entities?size=0", "size", "greater than or equal to 1"),
        ("/v1/entities/place:x?beside=101", "beside", "less than or equal to 100"),
        ("/v1/trending?window=never", "window", "such as 24h, 7d or 2w"),
        ("/v1/trending?window=0d", "window", "longer than nothing"),
        ("/v1/trending?until=soon", "until", "RFC 3339"),
        ("/v1/trending?window=9999w&until=0100", "window", "before the calendar"),
        ("/v1/export?format=xml", "format", "'ndjson' or 'csv'"),
        ("/v1/export?fields=colour", "fields", "allowed: id"),
        ("/v1/export?after=x", "after", "an id of 64 digits"),
        ("/v1/journey", "url", "either url or id"),
        ("/v1/journey?id=12", "id", "an id of 64 digits"),
    ],
)
async def test_wrong_parameters_are_named(gateway: Gateway, address: str, parameter: str, said: str) -> None:
    body = problem(await gateway.http.get(address), 422)
    assert parameter in [error["parameter"] for error in body["errors"]]
    assert said in body["detail"]


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("/v1/search?sort=best", ["relevance", "newest", "oldest"]),
        ("/v1/search?facets=colour", list(weights.FACET_FIELDS)),
        ("/v1/journey?colour=red", ["url", "id"]),
    ],
)
async def test_what_is_allowed_is_a_list(gateway: Gateway, address: str, allowed: list[str]) -> None:
    errors = problem(await gateway.http.get(address), 422)["errors"]
    assert errors[0]["allowed"] == allowed


async def test_the_fields_of_a_submission_are_listed(gateway: Gateway) -> None:
    sent = {"url": "https://a.example/", "colour": "red"}
    errors = problem(await gateway.http.post("/v1/articles", json=sent), 422)["errors"]
    assert {"url", "html", "text", "title"} <= set(errors[0]["allowed"])


async def test_what_is_not_there(gateway: Gateway) -> None:
    assert "nothing at /v2/nothing; /docs" in problem(await gateway.http.get("/v2/nothing"), 404)["detail"]
    refused = await gateway.http.delete("/v1/search")
    assert problem(refused, 405)["detail"] == "/v1/search does not take DELETE; it takes GET"
    assert refused.headers["allow"] == "GET"
    assert "journey" in problem(await gateway.http.get(f"/v1/articles/{ID}"), 404)["detail"]
    assert "never published" in problem(await gateway.http.get("/v1/journey?url=https://a.example/"), 404)["detail"]


async def test_a_server_that_is_away_is_said_so(gateway: Gateway) -> None:
    gateway.provider.failure = Unavailable("Elasticsearch does not answer")
    gateway.publisher.failure = PublishError("Kafka does not answer")
    response = await gateway.http.get("/v1/search")
    assert response.headers["retry-after"] == "5"
    assert problem(response, 503)["detail"] == "Elasticsearch does not answer"
    ready = await gateway.http.get("/readyz")
    assert ready.status_code == 503
    reasons = sorted(reason.partition(" since")[0] for reason in ready.json()["reasons"])
    assert reasons == ["elasticsearch has been down", "kafka has been down"]
    assert (await gateway.http.get("/healthz")).status_code == 200
    page = await gateway.http.get("/?q=x")
    assert page.status_code == 503
    assert "Elasticsearch does not answer" in page.text
    gateway.provider.failure = gateway.publisher.failure = None
    assert (await gateway.http.get("/readyz")).json() == {"ready": True, "reasons": []}
    assert (await gateway.http.get("/status")).json()["service"] == "search"


@pytest.mark.parametrize("address", [f"/articles/{ID}", "/journey?url=https://a.example/", "/?q=x"])
async def test_a_person_reads_errors_as_pages(gateway: Gateway, address: str) -> None:
    gateway.provider.failure = Unavailable("Elasticsearch does not answer")
    page = await gateway.http.get(address, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert page.headers["content-type"].startswith("text/html")
    assert "Elasticsearch does not answer" in page.text


async def test_a_wrong_address_is_a_page_to_people_and_a_problem_to_programs(gateway: Gateway) -> None:
    accept = {"Accept": "text/html"}
    page = await gateway.http.get("/nothing", headers=accept)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "nothing at this address" in page.text
    problem(await gateway.http.get("/nothing"), 404)
    problem(await gateway.http.get("/v1/nothing", headers=accept), 404)
    problem(await gateway.http.delete("/", headers=accept), 405)


@pytest.mark.parametrize("address", ["/", "/healthz", "/v1/search", "/static/style.css"])
async def test_head_is_answered_where_get_is(gateway: Gateway, address: str) -> None:
    head, get = await gateway.http.head(address), await gateway.http.get(address)
    assert head.status_code == get.status_code == 200
    assert head.headers["content-type"] == get.headers["content-type"]


async def test_a_bug_shows_no_traceback_and_is_guarded(gateway: Gateway) -> None:
    gateway.provider.failure = ZeroDivisionError("secret")
    response = await gateway.http.get("/v1/search")
    assert "secret" not in response.text
    problem(response, 500)
    assert {name: response.headers.get(name) for name in middleware.SECURITY_HEADERS} == middleware.SECURITY_HEADERS
    assert response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("body", "topic"),
    [
        ({}, "news.urls.v1"),
        ({"html": "<p>x"}, "news.pages.v1"),
        ({"title": "T", "text": "x", "published_at": "2026-11-22T10:00:00"}, "news.pages.v1"),
    ],
)
async def test_submissions_are_accepted_and_can_be_followed(gateway: Gateway, body: dict[str, str], topic: str) -> None:
    response = await gateway.http.post("/v1/articles", json={"url": "HTTPS://A.example/x?utm_source=y", **body})
    assert response.status_code == 202, response.text
    answer = response.json()
    assert answer["url"] == "https://a.example/x"
    assert response.headers["location"] == answer["journey"] == f"/v1/journey?id={answer['id']}"
    assert gateway.publisher.sent[0] == topic
    assert gateway.publisher.sent[2] == answer["id"] == gateway.provider.pending[0]["id"]


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "url"),
        ({"url": "ftp://a.example/"}, "url"),
        ({"url": "https://a.example/", "html": "x", "text": "y"}, "html"),
        ({"url": "https://a.example/", "html": "\ud800"}, "html"),
        ({"url": "https://a.example/\ud800"}, "url"),
        ({"url": "https://a.example/", "colour": "red"}, "colour"),
        ({"url": "https://a.example/", "text": "x", "published_at": "99999-01-01"}, "published_at"),
        ([], "body"),
    ],
)
async def test_wrong_submissions_are_named(gateway: Gateway, body: Any, parameter: str) -> None:
    sent = json.dumps(body).encode()  # as \\ud800, which JSON can say and UTF-8 can not
    found = problem(
        await gateway.http.post("/v1/articles", content=sent, headers={"Content-Type": "application/json"}), 422
    )
    assert parameter in [error["parameter"] for error in found["errors"]]


async def test_what_is_no_json_is_told_with_the_place(gateway: Gateway) -> None:
    headers = {"Content-Type": "application/json"}
    found = problem(await gateway.http.post("/v1/articles", content=b'{"url": }', headers=headers), 422)
    assert found["errors"] == [{"parameter": "body", "message": "is no JSON: Expecting value (at character 8)"}]


def test_every_pattern_of_a_parameter_is_told_in_words(gateway: Gateway) -> None:
    def patterns(part: Any) -> set[str]:
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
        own = {part["pattern"]} if isinstance(part, dict) and isinstance(part.get("pattern"), str) else set()
        return own.union(*map(patterns, inner))

    document = gateway.app.openapi()
    used = patterns(
        [operation.get("parameters", []) for path in document["paths"].values() for operation in path.values()]
    )
    assert used
    assert used <= set(PATTERNS)


async def test_a_trace_goes_with_what_is_submitted(gateway: Gateway) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    for given, kept in ((f"00-{trace}-00f067aa0ba902b7-01", True), ("00-nonsense-01", False), (None, False)):
        headers = {"traceparent": given} if given else {}
        sent = {"url": "https://a.example/", "source": "alpha"}
        assert (await gateway.http.post("/v1/articles", json=sent, headers=headers)).status_code == 202
        found = gateway.publisher.headers["traceparent"].decode()
        assert (found.split("-")[1] == trace) is kept
        assert found != given, "a span of its own"
        assert gateway.publisher.headers["source"] == b"alpha"


async def test_repeated_parameters_are_lists_and_of_others_the_last_counts(gateway: Gateway) -> None:
    response = await gateway.http.get("/v1/search?language=de&language=fr&page_size=1&page_size=7&q=")
    assert response.status_code == 200
    found = problem(await gateway.http.get("/v1/search?page_size=1&page_size=x"), 422)["errors"]
    assert [(error["parameter"], error["value"]) for error in found] == [("page_size", "x")]
    found = problem(await gateway.http.get("/v1/search?language=de&language="), 422)["errors"]
    assert found[0]["parameter"] == "language"


async def test_a_submission_over_the_limit_is_refused(gateway: Gateway) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MAX_MESSAGE_BYTES // (4 * 1024 * 1024) + 2):
            yield b" " * 4 * 1024 * 1024

    problem(await gateway.http.post("/v1/articles", content=endless()), 413)
    gateway.publisher.failure = MessageTooLarge("the message has 9 bytes")
    problem(await gateway.http.post("/v1/articles", json={"url": "https://a.example/"}), 413)
    gateway.publisher.failure = PublishError("Kafka is away")
    problem(await gateway.http.post("/v1/articles", json={"url": "https://a.example/"}), 503)
    noted = [document["id"] for document in gateway.provider.pending]
    assert gateway.provider.withdrawn == noted, "what was not sent is not on its way"


async def test_writes_from_elsewhere_and_rebound_names_are_refused(gateway: Gateway) -> None:
    body = {"url": "https://a.example/"}
    problem(await gateway.http.post("/v1/articles", json=body, headers={"Origin": "http://evil.example"}), 403)
    problem(await gateway.http.get("/v1/search", headers={"Host": "evil.example"}), 421)


async def test_every_answer_is_guarded_and_can_be_traced(gateway: Gateway) -> None:
    for address in ("/", "/v1/search", "/docs", "/journey", f"/articles/{ID}", "/v2/nothing"):
        headers = (await gateway.http.get(address, headers={"X-Request-Id": "abc"})).headers
        assert headers["x-request-id"] == "abc"
        for name, value in middleware.SECURITY_HEADERS.items():
            assert headers[name] == value


async def test_an_answer_that_breaks_midway_is_broken_off_and_not_answered_twice(gateway: Gateway) -> None:
    async def breaking(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("midway")

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    access = gateway.app.state.newsloom.access
    app = middleware.EveryAnswer(breaking, access, RateLimit(0, access))
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"127.0.0.1")], "app": gateway.app}
    with pytest.raises(RuntimeError, match="midway"):
        await app(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert (b"x-content-type-options", b"nosniff") in sent[0]["headers"]


async def test_an_answer_is_sent_once(gateway: Gateway) -> None:
    for address in ("/v1/suggest?q=a", "/docs", "/static/style.css"):
        first = await gateway.http.get(address)
        again = await gateway.http.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b""), address
        assert again.headers["x-content-type-options"] == "nosniff"
    assert (await gateway.http.get("/docs")).headers["content-encoding"] == "gzip"


async def test_the_page_explains_an_empty_archive_and_a_wrong_search(gateway: Gateway) -> None:
    assert "The archive is empty" in (await gateway.http.get("/")).text
    assert "Nothing found" in (await gateway.http.get("/?q=x&language=de")).text
    wrong = await gateway.http.get("/?q=(a")
    assert wrong.status_code == 422
    assert "could not be understood" in wrong.text
    assert "RFC 3339" in (await gateway.http.get("/?from=soon")).text
    assert (await gateway.http.get("/?sort=best")).status_code == 422
    assert "No such article" in (await gateway.http.get(f"/articles/{ID}")).text
    assert "Not known" in (await gateway.http.get("/journey?url=https://a.example/")).text


async def test_descriptions_and_metrics(gateway: Gateway) -> None:
    document = (await gateway.http.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.")
    assert "/v1/search" in document["paths"]
    assert "GET /v1/search" in (await gateway.http.get("/docs")).text
    assert "newsloom_http_requests_total" in (await gateway.http.get("/metrics")).text
    assert "text/css" in (await gateway.http.get("/static/style.css")).headers["content-type"]


async def test_with_a_rate_limit_every_answer_tells_what_is_left_also_those_that_are_errors() -> None:
    made = Gateway(rate_limit=3)
    try:
        answers = [await made.http.get(at) for at in ("/v1/search?no=1", "/nowhere", "/v1/search", "/v1/search")]
        assert (await made.http.get("/healthz")).status_code == 200
    finally:
        await made.close()
    assert [a.status_code for a in answers] == [422, 404, 200, 429]
    assert [a.headers["RateLimit"].split(";t=")[0] for a in answers] == [f'"minute";r={n}' for n in (2, 1, 0, 0)]
    assert "Content-Security-Policy" in answers[-1].headers
    assert "more than 3 requests a minute" in problem(answers[-1], 429)["detail"]


async def test_pages_of_named_sites_may_read_and_no_others() -> None:
    ours = "https://app.example"
    made = Gateway(cors=f"{ours}, http://127.0.0.1:5173")
    try:
        found = await made.http.get("/v1/search", headers={"Origin": ours})
        assert found.headers["access-control-allow-origin"] == ours
        assert "Link" in found.headers["access-control-expose-headers"]
        assert found.headers["x-request-id"]
        wanted = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "X-API-Key"}
        asked = await made.http.options("/v1/search", headers={"Origin": ours, **wanted})
        assert asked.status_code == 200
        written = await made.http.options(
            "/v1/articles", headers={**wanted, "Origin": ours, "Access-Control-Request-Method": "POST"}
        )
        assert written.status_code == 400
        other = await made.http.get("/v1/search", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers
        problem(await made.http.post("/v1/articles", json={"url": "https://a.example/"}, headers={"Origin": ours}), 403)
    finally:
        await made.close()


async def test_without_the_setting_no_other_page_reads(gateway: Gateway) -> None:
    found = await gateway.http.get("/v1/search", headers={"Origin": "https://app.example"})
    assert "access-control-allow-origin" not in found.headers


@pytest.mark.parametrize(
    "wrong", ["app.example", "https://app.example/path", "https://a.example b", "*,https://a.example"]
)
def test_origins_that_are_none_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="cors"):
        settings_for_tests(cors=wrong)
