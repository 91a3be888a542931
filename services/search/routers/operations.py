"""/healthz, /readyz, /status, /metrics."""

import asyncio
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.runtime.lookout import Check, ask
from services.runtime.progress import READY
from services.search.examples import STATUS, example
from services.search.state import Newsloom, State

router = APIRouter(tags=["operations"])
_READY: dict[str, Any] = {"ready": True, "reasons": []}
_METRIC = 'newsloom_http_requests_total{method="GET",route="/v1/search",status="200"} 12.0\n'


@router.get("/healthz", summary="Is the process alive?", responses=example({"alive": True}))
async def healthz() -> dict[str, bool]:
    """Always 200 while the process lives; it asks nobody else."""
    return {"alive": True}


@router.get("/readyz", summary="Can it serve?", responses=example(_READY))
async def readyz(state: Newsloom, response: Response) -> dict[str, Any]:
    """200 when Elasticsearch and Kafka answer; else 503 with what does not, and since when."""
    reasons = await _reasons(state)
    READY.labels("search").set(not reasons)
    response.status_code = 503 if reasons else 200
    return {"ready": not reasons, "reasons": reasons}


@router.get(
    "/status", summary="Readiness, as the other services tell it", responses=example({"service": "search", **_READY})
)
async def status(state: Newsloom) -> dict[str, Any]:
    """The same as /readyz, always 200."""
    reasons = await _reasons(state)
    return {"service": "search", "ready": not reasons, "reasons": reasons}


@router.get("/v1/status", summary="How the whole pipeline is", responses=example(STATUS))
async def pipeline(state: Newsloom, response: Response) -> dict[str, Any]:
    """Each service with its rate (messages a second), lag and counts since its start; the fates of all pages with their
    reasons, in all and in the last hour; what is depended on. What does not answer within two seconds says so."""
    response.headers["Cache-Control"] = "no-store"
    return await state.pipeline.status()


@router.get(
    "/metrics",
    summary="Prometheus metrics",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"example": _METRIC}}}},
)
async def metrics() -> Response:
    """Text format of Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _reasons(state: State) -> list[str]:
    checks: dict[str, Check] = {"elasticsearch": state.provider.ping, "kafka": state.publisher.check}
    await asyncio.gather(*(ask(state.dependencies, name, check) for name, check in checks.items()))
    return state.dependencies.reasons()
