"""Questions to a server, each with a time limit: does it answer, is it of use?

A probe returns None when all is well, else one sentence.
"""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from services.runtime import probes
from services.runtime.elastic import async_client
from services.runtime.errors import Unavailable
from services.runtime.probes import LIMIT_S, ask_kafka, named
from services.runtime.settings import Settings, without_user

kafka = ask_kafka
RED = "Elasticsearch: not all data can be read yet (red)"


async def elasticsearch(url: str) -> str | None:
    """Ask for the cluster's health; `yellow` is well: copies may be missing, all data can be read and written."""
    status, answer = await get_json(f"{url}/_cluster/health?timeout=1s")
    if status != 200:
        return f"Elasticsearch at {without_user(url)} {answer.get('error', '')}".strip()
    if answer.get("status") == "red":
        return RED
    return None


async def external(name: str, settings: Settings) -> str | None:
    """Ask a server that others run, `kafka` or `elasticsearch`, as the services do: any of its nodes may answer."""
    try:
        if name == "kafka":
            await probes.kafka(settings)
        else:
            async with async_client(settings) as es:
                return RED if await probes.elasticsearch(es) == "red" else None
    except Unavailable as error:
        return str(error)
    return None


async def healthz(base: str) -> str | None:
    """Whether a service is alive."""
    status, answer = await get_json(f"{base}/healthz")
    return None if status == 200 else f"/healthz {answer.get('error', '')}".strip()


async def readyz(base: str) -> str | None:
    """Whether a service is ready, or its own reasons why not."""
    status, answer = await get_json(f"{base}/readyz")
    if status == 200:
        return None
    return "; ".join(map(str, answer.get("reasons", ()))) or f"/readyz {answer.get('error', '')}".strip()


async def get_json(url: str) -> tuple[int, Mapping[str, Any]]:
    """Status and JSON object of an answer; without one, 0 and {"error": why}."""
    timeout = aiohttp.ClientTimeout(total=LIMIT_S)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
            body = await response.read()
            status = response.status
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return 0, {"error": f"does not answer ({named(error)})"}
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if isinstance(answer, dict):
        return status, {"error": f"answered {status}", **answer} if status != 200 else answer
    return status, {"error": f"answered {status}"}
