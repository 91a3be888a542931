"""A service's own small HTTP server: /healthz (alive), /readyz (of use, or why not), /status, /metrics."""

from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.runtime.errors import UsageError
from services.runtime.progress import READY, Progress
from services.runtime.waiting import Dependencies


class Health:
    """What a service tells of itself. `started` becomes true when every stage reads; `stages` is filled before."""

    def __init__(self, service: str, dependencies: Dependencies) -> None:
        self.service = service
        self.started = False
        self.stages: Sequence[Progress] = ()
        self._dependencies = dependencies

    def reasons(self) -> list[str]:
        """Why the service is not ready; empty when it is."""
        halted = [progress.halted for progress in self.stages if progress.halted]
        starting = [] if self.started else ["starting"]
        return [*starting, *self._dependencies.reasons(), *halted]

    def status(self) -> dict[str, Any]:
        """Readiness and counts; the service's counts are those of its first stage."""
        stages = [progress.status() for progress in self.stages]
        reasons = self.reasons()
        counts = stages[0] if stages else {}
        return {**counts, "service": self.service, "ready": not reasons, "reasons": reasons, "stages": stages}


def health_app(health: Health) -> web.Application:
    """The HTTP application."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_: web.Request) -> web.Response:
        reasons = health.reasons()
        return web.json_response({"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200)

    async def status(_: web.Request) -> web.Response:
        return web.json_response(health.status())

    async def metrics(_: web.Request) -> web.Response:
        READY.labels(health.service).set(not health.reasons())
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    routes: dict[str, Callable[[web.Request], Any]] = {
        "/healthz": healthz,
        "/readyz": readyz,
        "/status": status,
        "/metrics": metrics,
    }
    app.add_routes([web.get(path, handler) for path, handler in routes.items()])
    return app


async def serve_health(health: Health, address: tuple[str, int]) -> web.AppRunner:
    """Start serving; the caller cleans the runner up. Raises UsageError when the port is taken."""
    runner = web.AppRunner(health_app(health), access_log=None)
    await runner.setup()
    host, port = address
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise UsageError(
            f"{health.service} can not listen on {host}:{port} ({error.strerror}); "
            "set NEWSLOOM_HEALTH to a free HOST:PORT"
        ) from error
    return runner
