"""Which pages are not to be kept because they, or their site, say so. tdmrep.json is read once an hour an origin."""

import asyncio
import json
import time
from collections import OrderedDict
from dataclasses import replace
from typing import Any

from services.contracts.sites import slot_of
from services.fetch.client import Fetcher
from services.fetch.optouts import ROBOTS_HEADER, TDM, location_matches, reservation, said_in_headers, said_in_page
from services.runtime.web.errors import FetchError
from services.runtime.web.response import Response
from services.runtime.web.target import Target, parse_target

PATH = "/.well-known/tdmrep.json"
MAX_BYTES = 512 * 1024
MAX_RULES = 10_000
TTL_S = 3600.0
AGAIN_S = 60.0
"""The same after a failure that may pass."""
KEPT = 10_000
Rule = tuple[str, bool | None]
"""A pattern of paths, and whether text and data mining is reserved there."""


class _Entry:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.expires = float("-inf")
        self.rules: list[Rule] = []


class OptOuts:
    """Judges pages by those opt-outs that are `honoured`: noindex, noarchive, tdm."""

    def __init__(self, fetcher: Fetcher, honoured: frozenset[str]) -> None:
        self._fetcher = fetcher
        self._directives = honoured - {"tdm"}
        self._reservations = "tdm" in honoured
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    async def why(self, response: Response, delay_s: float | None = None) -> str | None:
        """Why the page is not to be kept, for people; None when nothing says so."""
        in_page = said_in_page(response.body)
        in_headers = said_in_headers(response.headers.getall(ROBOTS_HEADER, []), response.headers.get(TDM))
        for rule, where in (in_headers.rules | in_page.rules).items():
            if rule in self._directives:
                return f"{response.final_url} says {rule}, in {where}"
        if not self._reservations:
            return None
        # What is nearer to the page goes before the rest (TDMRep, "Processing priority").
        for reserved, where in ((in_page.reserved, "meta element"), (in_headers.reserved, "header")):
            if reserved is not None:
                return f"{response.final_url} reserves text and data mining, in the {where} {TDM}" if reserved else None
        target = parse_target(response.final_url)
        if await self._reserved(target, delay_s):
            return f"{target.origin}{PATH} reserves text and data mining of {response.final_url}"
        return None

    async def _reserved(self, target: Target, delay_s: float | None) -> bool | None:
        """What the first rule of the origin that fits says (TDMRep: "the most specific match is the first")."""
        entry = self._entries.setdefault(target.origin, _Entry())
        self._entries.move_to_end(target.origin)
        if len(self._entries) > KEPT:
            self._entries.popitem(last=False)
        async with entry.lock:
            if time.monotonic() >= entry.expires:
                entry.rules, ttl_s = await self._read(target.origin + PATH, delay_s)
                entry.expires = time.monotonic() + ttl_s
        path = target.url.removeprefix(target.origin)
        return next((reserved for location, reserved in entry.rules if location_matches(location, path)), None)

    async def _read(self, url: str, delay_s: float | None) -> tuple[list[Rule], float]:
        """The rules at `url` and how long they hold; none where there is no such file, which says that the server takes
        no part in the protocol."""
        limits = replace(
            self._fetcher.limits,
            max_bytes=MAX_BYTES,
            max_wire_bytes=MAX_BYTES,
            total_s=10.0,
            delay_s=delay_s,
            home=slot_of(url),
        )
        try:
            return rules_of((await self._fetcher.get(url, limits=limits)).body), TTL_S
        except FetchError as error:
            return [], AGAIN_S if error.later else TTL_S


def rules_of(body: bytes) -> list[Rule]:
    """The rules of a tdmrep.json, in their order; none where it is not one."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return []
    rules = found if isinstance(found, list) else []
    return [
        (rule["location"], reservation(rule.get(TDM)))
        for rule in rules[:MAX_RULES]
        if isinstance(rule, dict) and isinstance(rule.get("location"), str)
    ]
