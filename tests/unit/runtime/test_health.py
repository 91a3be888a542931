"""The health server, over real HTTP."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from services.contracts.fates import Skip, SkipReason
from services.runtime.errors import UsageError
from services.runtime.health import Health, serve_health
from services.runtime.progress import Progress
from services.runtime.waiting import Dependencies


class Server:
    def __init__(self, health: Health, dependencies: Dependencies, port: int) -> None:
        self.health, self.dependencies, self.port = health, dependencies, port

    async def get(self, path: str) -> tuple[int, str, object]:
        url = f"http://127.0.0.1:{self.port}{path}"
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            kind = response.content_type
            return response.status, kind, await (response.json() if kind == "application/json" else response.text())


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    dependencies = Dependencies()
    health = Health("clean", dependencies)
    runner = await serve_health(health, ("127.0.0.1", 0))
    yield Server(health, dependencies, runner.addresses[0][1])
    await runner.cleanup()


async def test_alive_while_starting_but_not_ready(server: Server) -> None:
    assert await server.get("/healthz") == (200, "application/json", {"alive": True})
    status, _, body = await server.get("/readyz")
    assert (status, body) == (503, {"ready": False, "reasons": ["starting"]})


async def test_ready_once_every_stage_reads(server: Server) -> None:
    server.health.started = True
    assert (await server.get("/readyz"))[::2] == (200, {"ready": True, "reasons": []})


async def test_not_ready_with_each_reason_while_something_is_down_or_halted(server: Server) -> None:
    progress = Progress("clean")
    server.health.started, server.health.stages = True, [progress]
    server.dependencies.down("elasticsearch", "connection refused")
    progress.halted = "101 of the last 200 messages could not be processed"
    status, _, body = await server.get("/readyz")
    assert status == 503
    down, halted = body["reasons"]
    assert down.startswith("elasticsearch has been down since")
    assert halted == progress.halted


async def test_status_tells_the_first_stages_counts_and_all_stages(server: Server) -> None:
    first, second = Progress("index"), Progress("journeys")
    first.record([Skip(SkipReason.DUPLICATE, "x")])
    first.set_lag(7)
    server.health.started, server.health.stages = True, [first, second]
    _, _, body = await server.get("/status")
    assert {name: body[name] for name in ("service", "ready", "reasons", "in", "skipped", "lag")} == {
        "service": "clean",
        "ready": True,
        "reasons": [],
        "in": 1,
        "skipped": 1,
        "lag": 7,
    }
    assert [stage["stage"] for stage in body["stages"]] == ["index", "journeys"]


async def test_status_before_there_are_stages(server: Server) -> None:
    _, _, body = await server.get("/status")
    assert body == {"service": "clean", "ready": False, "reasons": ["starting"], "stages": []}


async def test_metrics_tell_readiness_of_the_moment(server: Server) -> None:
    for started in (True, False):
        server.health.started = started
        status, kind, text = await server.get("/metrics")
        assert (status, kind) == (200, "text/plain")
        assert f'newsloom_ready{{service="clean"}} {float(started)}' in text


async def test_nothing_else_is_served(server: Server) -> None:
    assert (await server.get("/etc/passwd"))[0] == 404


async def test_a_taken_port_is_named_with_what_to_do(server: Server) -> None:
    with pytest.raises(UsageError) as caught:
        await serve_health(Health("enrich", Dependencies()), ("127.0.0.1", server.port))
    assert f"enrich can not listen on 127.0.0.1:{server.port}" in str(caught.value)
    assert "NEWSLOOM_HEALTH" in str(caught.value)
