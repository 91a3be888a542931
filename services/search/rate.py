"""So many requests a minute for each key, and for each address of those that come without one.

The answers' fields are those of the IETF's draft-ietf-httpapi-ratelimit-headers-10; 429 and Retry-After are RFC 6585's
and RFC 9110's. Counts are a process's own: several gateways allow so much each.
"""

import math
import time

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from services.search.access import Access
from services.search.problems import Problem

WINDOW_S = 60


class RateLimit:
    """Counts requests; `per_minute` 0: there is no limit."""

    def __init__(self, per_minute: int, access: Access) -> None:
        self._quota = per_minute
        self._item = RateLimitItemPerMinute(max(1, per_minute))
        # Two counters a client, however many requests: memory is bounded by the clients of the last two minutes.
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._access = access

    @property
    def limited(self) -> bool:
        """Whether there is a limit at all."""
        return self._quota > 0

    async def spend(self, request: Request) -> dict[str, str]:
        """Count one request; the header fields that say what is left. Raises Problem 429 when nothing is."""
        if not self.limited or self._access.is_open(request):
            return {}
        who = self._access.holder(request) or (request.client.host if request.client else "")
        allowed = await self._counter.hit(self._item, who)
        stats = await self._counter.get_window_stats(self._item, who)
        wait_s = max(1, math.ceil(stats.reset_time - time.time()))
        fields = {
            "RateLimit-Policy": f'"minute";q={self._quota};w={WINDOW_S}',
            "RateLimit": f'"minute";r={max(0, stats.remaining)};t={wait_s}',
        }
        if not allowed:
            detail = f"more than {self._quota} requests a minute; the next are answered in {wait_s} s"
            raise Problem(429, detail, {**fields, "Retry-After": str(wait_s)})
        return fields
