"""Webhooks from the API to a receiver, by way of the alerts service on real servers."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.archive import write
from support.gateway import gateway
from support.messages import enriched
from support.processes import Child, eventually, running
from support.receiver import Receiver, receiver

from services.contracts import indices
from services.contracts.messages import Enriched, Indexed
from services.contracts.topics import ALERTS, INDEXED
from services.index.document import to_document
from services.runtime.elastic import async_client
from services.runtime.letters import dead_topic, letters
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
ON = {"NEWSLOOM_WEBHOOKS": "true", "NEWSLOOM_WEBHOOK_ALLOW": "127.0.0.0/8", "NEWSLOOM_RETRY_DELAYS_S": "0.2,0.2,0.2"}
Call = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def own(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A gateway of these tests' own, with webhooks."""
    with gateway(servers, tmp_path_factory.mktemp("gateway"), [enriched("old", title="Harbour before")], **ON) as made:
        yield made


@pytest.fixture(scope="module")
def alerts(own: Settings) -> Iterator[Child]:
    with running(Child(own, "alerts", "services", "run", "alerts", **ON)) as (child,):
        yield child


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def call(own: Settings) -> Iterator[Call]:
    with httpx.Client(base_url=f"http://{own.http}", timeout=60, trust_env=False) as http:
        yield http.request


@pytest.fixture
def hook(call: Call, there: Receiver) -> Iterator[tuple[str, str]]:
    """Address and secret of the webhook of a search for harbours."""
    made = call("POST", "/v1/saved-searches", json={"name": "Ports", "search": {"q": "harbour", "language": ["en"]}})
    where = made.headers["location"]
    put = call("PUT", f"{where}/webhook", json={"url": there.url})
    assert put.status_code == 200, put.text
    yield f"{where}/webhook", put.json()["secret"]
    call("DELETE", where)


def bring(settings: Settings, *articles: Enriched) -> None:
    """Put articles into the index a moment after the topic told of them, as may happen."""

    async def both() -> None:
        now = datetime.now(UTC)
        async with Publisher(settings) as publisher:
            for a in articles:
                fields = {n: getattr(a, n) for n in ("id", "url", "title", "language", "source", "fetched_at")}
                await publisher.send(INDEXED, Indexed(**fields, indexed_at=now), a.id)
        await asyncio.sleep(0.5)
        es = async_client(settings)
        try:
            await write(es, settings, indices.ARTICLES, [to_document(article, now) for article in articles])
        finally:
            await es.close()

    asyncio.run(both())


def fresh(name: str, **given: Any) -> Enriched:
    return enriched(name, **{"title": f"Harbour {name}", "fetched_at": datetime.now(UTC), **given})


def test_a_test_arrives_and_is_shown(alerts: Child, call: Call, there: Receiver, hook: tuple[str, str]) -> None:
    where, secret = hook
    sent = call("POST", f"{where}/test")
    assert sent.status_code == 202
    (got,) = eventually(lambda: there.got, "the test arrives")
    assert got.id == sent.json()["id"]
    assert got.verified(secret)["type"] == "webhook.test"
    shown = eventually(lambda: (s := call("GET", where).json())["delivered"] and s, "the webhook shows it")
    assert (shown["delivered"], shown["failures"], shown["last_error"]) == (1, 0, None)
    assert "secret" not in shown
    assert "secret" not in call("GET", "/v1/saved-searches").text


def test_new_articles_that_match_are_told_of_and_no_others(
    own: Settings, alerts: Child, call: Call, there: Receiver, hook: tuple[str, str]
) -> None:
    _, secret = hook
    wanted = [fresh(f"a{i}") for i in range(5)]
    others = [
        fresh("german", language="de"),
        fresh("weather", title="Weather"),
        fresh("replayed", fetched_at=datetime.now(UTC) - timedelta(hours=1)),
    ]
    bring(own, *others, *wanted)
    eventually(lambda: len(there.titles()) >= 5, "five arrive")
    assert there.titles() == {f"Harbour a{i}" for i in range(5)}
    assert {got.verified(secret)["data"]["search"]["name"] for got in there.got} == {"Ports"}
    assert len({got.id for got in there.got}) == 5
    assert there.got[0].verified(secret)["data"]["article"]["description"] == wanted[0].description


def test_failures_are_tried_again_and_what_is_given_up_can_be_replayed(
    own: Settings, alerts: Child, call: Call, there: Receiver, hook: tuple[str, str]
) -> None:
    where, _ = hook
    there.answers = [503]
    bring(own, fresh("again"))
    eventually(lambda: len(there.got) == 2, "it is tried again")
    assert len({got.id for got in there.got}) == 1
    assert eventually(lambda: call("GET", where).json()["delivered"], "the second try is shown") == 1
    there.status = 500
    bring(own, fresh("dead"))
    shown = eventually(lambda: (s := call("GET", where).json())["dead"] and s, "it is given up")
    assert len(there.got) == 2 + 4, "once, and once after each delay"
    assert (shown["dead"], shown["failures"]) == (1, 4)
    assert "500" in shown["last_error"]
    (letter,) = eventually(lambda: list(letters(own, (dead_topic(ALERTS.name),))), "it is on the dead topic")
    summary = letter.summary()
    assert (summary["stage"], summary["reason"], summary["attempts"]) == ("webhooks", "not_delivered", "4")
    there.status = 204
    replay = [sys.executable, "-m", "services", "dead", "replay", letter.ref]
    done = subprocess.run(replay, env=alerts.environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    eventually(lambda: call("GET", where).json()["delivered"] == 2, "it is delivered after all")
    assert call("GET", f"/v1/journey?id={letter.summary()['id']}").status_code == 404, "an alert is no page"


def _all_of(titles: set[str], there: Receiver) -> bool:
    return titles <= there.titles()  # some of what was brought before a kill come once more


def test_kills_lose_nothing(own: Settings, alerts: Child, call: Call, there: Receiver, hook: tuple[str, str]) -> None:
    for half in range(2):
        there.got.clear()
        brought = {f"Harbour k{half}-{i}" for i in range(40)}
        bring(own, *(fresh(title.removeprefix("Harbour ")) for title in sorted(brought)))
        eventually(lambda: there.got, "some arrive", pause_s=0.01)
        alerts.kill()
        alerts.start()
        alerts.wait_ready()
        eventually(partial(_all_of, brought, there), "all arrive")


def test_wrong_addresses_and_searches(own: Settings, call: Call, there: Receiver, hook: tuple[str, str]) -> None:
    where, _ = hook
    for url, why in {"http://10.0.0.1/": "NEWSLOOM_WEBHOOK_ALLOW", "gopher://x": "http", "": "1 character"}.items():
        refused = call("PUT", where, json={"url": url})
        assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
        assert why in refused.text
    missing = "/v1/saved-searches/00000000000000ff/webhook"
    for method, address in (("GET", missing), ("DELETE", missing), ("POST", missing + "/test")):
        assert call(method, address).status_code == 404
    assert call("PUT", missing, json={"url": there.url}).status_code == 404
    assert call("DELETE", where).status_code == 204
    assert call("GET", where).status_code == 404
    assert call("POST", where + "/test").status_code == 404


def test_a_webhook_goes_with_its_search(call: Call, there: Receiver, hook: tuple[str, str]) -> None:
    where, _ = hook
    assert call("GET", where).status_code == 200
    assert call("DELETE", where.removesuffix("/webhook")).status_code == 204
    assert call("GET", where).status_code == 404


def test_the_page_sets_tries_and_takes_away(own: Settings, alerts: Child, call: Call, there: Receiver) -> None:
    ours = {"Origin": f"http://{own.http}"}
    made = call("POST", "/v1/saved-searches", json={"name": "By page", "search": {"q": "harbour"}}).json()
    act = f"/saved/{made['id']}"
    refused = call("POST", act, data={"do": "webhook", "url": "http://10.0.0.1/"}, headers=ours)
    assert refused.status_code == 422
    assert "no public address" in refused.text
    page = call("POST", act, data={"do": "webhook", "url": there.url}, headers=ours)
    assert page.status_code == 200
    secret = page.text.partition("<code>")[2].partition("</code>")[0]
    assert call("POST", act, data={"do": "test"}, headers=ours).status_code == 303
    (got,) = eventually(lambda: there.got, "the test arrives")
    assert got.verified(secret)["data"]["search"]["name"] == "By page"
    eventually(lambda: "1 delivered" in call("GET", "/saved").text, "the page shows it")
    listed = call("GET", "/saved").text
    assert "127.0.0.1" in listed
    assert "token=hidden" not in listed
    assert secret not in listed
    assert call("POST", act, data={"do": "no-webhook"}, headers=ours).status_code == 303
    assert call("GET", f"/v1/saved-searches/{made['id']}/webhook").status_code == 404
    assert call("POST", act, data={"do": "nonsense"}, headers=ours).status_code == 400


def test_off_unless_said_otherwise(servers: Any, tmp_path: Path) -> None:
    with gateway(servers, tmp_path, []) as plain:
        address = f"http://{plain.http}"
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as http:
            made = http.post("/v1/saved-searches", json={"name": "x", "search": {}})
            refused = http.put(made.headers["location"] + "/webhook", json={"url": "https://hooks.example/"})
            assert refused.status_code == 409
            assert "NEWSLOOM_WEBHOOKS=true" in json.loads(refused.text)["detail"]
            assert "webhook" not in http.get("/saved").text
        child = Child(plain, "alerts", "services", "run", "alerts").start()
        assert child.process is not None
        assert child.process.wait(60) == 2
        assert "NEWSLOOM_WEBHOOKS=true" in child.tail()
