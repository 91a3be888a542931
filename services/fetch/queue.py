"""How long the queue before one host may get: what would wait longer comes again when its place is near. Pure.

So that a site with thousands of pages never fills the service: what waits in it is bounded for each host, and the rest
waits on the retry topics (runtime/tiers.py), each until about its own time.
"""

PATIENCE_S = 30.0
"""Longest wait for a turn within the service. What waits there holds up the group's offset on its partition."""
KEPT = 20_000


class Queue:
    """The places that one host's pages were promised, by the page's key; times in seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._promised: dict[str, float] = {}
        self._last = float("-inf")

    def wait_s(self, key: str, waiting: int, delay_s: float, now: float) -> float | None:
        """Seconds until the place of `key`, behind `waiting` others that are here and those that were promised one.

        None when it need not wait elsewhere: then it has no place any more.
        """
        promised = self._promised.pop(key, None)
        if waiting * delay_s <= PATIENCE_S:
            return None
        if promised is None:
            promised = self._last = max(self._last, now + waiting * delay_s) + delay_s
        if len(self._promised) < KEPT:
            self._promised[key] = promised
        return max(promised - now, delay_s)
