"""How the whole is, from services that answer, that do not, and that answer nonsense."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from support.messages import settings_for_tests
from support.site import Site, answer, serving

from services.runtime.errors import Unavailable
from services.runtime.progress import Progress
from services.runtime.settings import SettingsError
from services.search import pipeline
from services.search.fates import build_fates, fates_of
from services.search.pipeline import Pipeline, told

NOW = datetime(2026, 11, 22, 12, 30, 15, tzinfo=UTC)


class Dependency:
    """Elasticsearch's or Kafka's part of a pipeline; `failure` is raised instead of an answer."""

    failure: Exception | None = None

    async def check(self) -> None:
        if self.failure:
            raise self.failure

    ping = check

    async def count_fates(self, body: dict[str, Any]) -> dict[str, Any]:
        await self.check()
        return {"aggregations": {"fates": {"buckets": []}}}


def whole(stages: str, elasticsearch: Any = None, kafka: Any = None) -> Pipeline:
    return Pipeline(settings_for_tests(stages=stages), elasticsearch or Dependency(), kafka or Dependency())


def status_of(service: str, **given: Any) -> bytes:
    body = {**Progress(service).status(), "service": service, "ready": True, "reasons": [], **given}
    return answer(json.dumps(body).encode(), kind="application/json")


async def test_each_service_speaks_for_itself() -> None:
    async with serving(Site(routes={"/status": status_of("fetch", lag=7, rate=1.5, dead=2)})) as site:
        found = await whole(f"fetch=127.0.0.1:{site.port},clean=127.0.0.1:{site.port},index=127.0.0.1:1").status()
    services = {service["name"]: service for service in found["services"]}
    assert (services["fetch"]["ready"], services["fetch"]["lag"], services["fetch"]["dead"]) == (True, 7, 2)
    assert "is not clean" in services["clean"]["reasons"][0]
    assert "does not answer" in services["index"]["reasons"][0]
    assert "NEWSLOOM_STAGES" in services["enrich"]["reasons"][0]
    assert (found["ready"], found["not_ready"]) == (False, ["clean", "enrich", "index"])
    assert [fate["fate"] for fate in found["fates"]] == ["pending", "indexed", "skipped", "dead"]


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"service": "fetch"}', b'{"service": "fetch", "reasons": 1}'])
async def test_nonsense_is_no_service(body: bytes) -> None:
    async with serving(Site(routes={"/status": answer(body)})) as site:
        found = await whole(f"fetch=127.0.0.1:{site.port}").status()
    assert not found["services"][0]["ready"]


async def test_what_is_away_is_said_and_the_rest_shown() -> None:
    away = Dependency()
    away.failure = Unavailable("Elasticsearch does not answer")
    found = await whole("fetch=127.0.0.1:1", elasticsearch=away).status()
    assert found["fates"] is None
    reasons = {part["name"]: part["reason"] for part in found["dependencies"]}
    assert reasons == {"elasticsearch": "Elasticsearch does not answer", "kafka": None}


async def test_many_readers_ask_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "KEPT_S", 3600.0)
    async with serving(Site(routes={"/status": status_of("fetch")})) as site:
        asked = whole(f"fetch=127.0.0.1:{site.port}")
        assert await asked.status() is await asked.status()
    assert site.paths() == ["/status"]


def test_counts_that_are_no_numbers_are_not_known() -> None:
    entry = told("fetch", None, {"reasons": ["starting"], "lag": None, "rate": "x", "in": 3})
    assert (entry["ready"], entry["reasons"], entry["lag"], entry["rate"], entry["in"]) == (
        False,
        ["starting"],
        None,
        None,
        3,
    )


def test_fates_have_their_reasons() -> None:
    assert build_fates(NOW)["aggs"]["fates"]["aggs"]["hour"]["filter"]["range"]["at"]["gte"].startswith(
        "2026-11-22T11:30"
    )
    reason = {"key": "too_short", "doc_count": 4, "stage": {"buckets": [{"key": "clean"}]}}
    bucket = {"key": "skipped", "doc_count": 5, "hour": {"doc_count": 1}, "reasons": {"buckets": [reason]}}
    found = {fate["fate"]: fate for fate in fates_of({"aggregations": {"fates": {"buckets": [bucket]}}})}
    assert (found["skipped"]["count"], found["skipped"]["last_hour"]) == (5, 1)
    assert found["skipped"]["reasons"] == [{"reason": "too_short", "count": 4, "stages": ["clean"]}]
    assert found["dead"]["count"] == 0
    assert fates_of({})[0]["count"] == 0


@pytest.mark.parametrize("stages", ["fetch", "nobody=127.0.0.1:1", "fetch=127.0.0.1", "fetch=:x"])
def test_wrong_addresses_of_services_are_named(stages: str) -> None:
    with pytest.raises((SettingsError, ValueError), match="HOST:PORT"):
        settings_for_tests(stages=stages)
