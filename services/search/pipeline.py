"""How the whole is: each service asked for itself, the fates of all pages, and what is depended on.

Asked at most once a second however many readers look, each part with its own time limit: what does not answer is
shown as such and holds up nothing else.
"""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from services.runtime.errors import Unavailable
from services.runtime.gateway import base_url
from services.runtime.publisher import Publisher
from services.runtime.settings import BESIDE, STAGES, Settings
from services.search.fates import build_fates, fates_of
from services.search.provider import Provider
from services.search.times import shown

ASK_LIMIT_S = 2.0
PART_LIMIT_S = 5.0
KEPT_S = 1.0
COUNTERS = ("rate", "lag", "in", "forwarded", "skipped", "dead")
ABOUT = {
    "fetch": "reads sources and fetches pages",
    "clean": "finds the article on each page",
    "enrich": "recognises what it names",
    "index": "makes it searchable",
    "archive": "keeps the pages as they came",
    "alerts": "tells webhooks of new articles",
    "stories": "groups articles that tell the same story",
}


class Pipeline:
    """Asks everything, and keeps the answer for a second."""

    def __init__(self, settings: Settings, provider: Provider, publisher: Publisher) -> None:
        self._settings, self._provider, self._publisher = settings, provider, publisher
        self._asking = asyncio.Lock()
        self._kept: dict[str, Any] = {}
        self._kept_at = 0.0

    async def status(self) -> dict[str, Any]:
        """The answer of GET /v1/status."""
        async with self._asking:
            if not self._kept or time.monotonic() - self._kept_at > KEPT_S:
                self._kept = await self._ask()
                self._kept_at = time.monotonic()
            return self._kept

    async def _ask(self) -> dict[str, Any]:
        now = datetime.now(UTC)
        services, elasticsearch, kafka, fates = await asyncio.gather(
            self._services(), _part(self._provider.ping()), _part(self._publisher.check()), self._fates(now)
        )
        dependencies = [
            {"name": name, "ready": reason is None, "reason": reason}
            for name, reason in (("elasticsearch", elasticsearch), ("kafka", kafka))
        ]
        unready = [part["name"] for part in (*dependencies, *services) if not part["ready"]]
        return {
            "at": shown(now),
            "ready": not unready,
            "not_ready": unready,
            "services": services,
            "dependencies": dependencies,
            "fates": fates,
        }

    async def _services(self) -> list[dict[str, Any]]:
        known = self._settings.stage_addresses
        # Plain HTTP only; loading certificates for it would take a tenth of a second each time.
        async with httpx.AsyncClient(timeout=ASK_LIMIT_S, trust_env=False, verify=False) as http:  # noqa: S501
            asked = (ask(http, name, known.get(name)) for name in (*STAGES, *BESIDE) if name in (*STAGES, *known))
            return list(await asyncio.gather(*asked))

    async def _fates(self, now: datetime) -> list[dict[str, Any]] | None:
        try:
            async with asyncio.timeout(PART_LIMIT_S):
                return fates_of(await self._provider.count_fates(build_fates(now)))
        except (Unavailable, TimeoutError):
            return None  # the dependency says why


async def _part(check: Any) -> str | None:
    try:
        async with asyncio.timeout(PART_LIMIT_S):
            await check
    except TimeoutError:
        return f"no answer within {PART_LIMIT_S:g} s"
    except Unavailable as error:
        return str(error)
    return None


async def ask(http: httpx.AsyncClient, name: str, address: tuple[str, int] | None) -> dict[str, Any]:
    """How a service is, by its own words or for want of them."""
    if address is None:
        return told(name, "NEWSLOOM_STAGES does not say where it answers")
    where = base_url(*address)
    try:
        async with asyncio.timeout(ASK_LIMIT_S):
            response = await http.get(f"{where}/status")
            answer = response.json()
    except (httpx.HTTPError, TimeoutError, ValueError) as error:
        return told(name, f"{where} does not answer ({str(error) or type(error).__name__})")
    return told(name, None, answer) if _is_ours(name, answer) else told(name, f"{where} is not {name}")


def _is_ours(name: str, answer: object) -> bool:
    return isinstance(answer, Mapping) and answer.get("service") == name and isinstance(answer.get("reasons"), list)


def told(name: str, silent: str | None, answer: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A service's entry; `silent` says why there is no answer of its own. Pure."""
    answer = answer or {}
    reasons = [silent] if silent else [str(reason) for reason in answer["reasons"]]
    counts = {key: value if isinstance(value := answer.get(key), int | float) else None for key in COUNTERS}
    return {"name": name, "about": ABOUT[name], "ready": not reasons, "reasons": reasons, **counts}
