"""Pages asked for again within a minute: two feeds that list one article, polled before its journey is known.

What came first answers for both, since one site's pages all come to one worker (contracts/sites.py).
"""

import time
from collections import OrderedDict

WITHIN_S = 60.0
KEPT = 50_000


class Repeats:
    """Ids of articles whose pages were fetched just now, or are being fetched."""

    def __init__(self) -> None:
        self._begun: OrderedDict[str, float] = OrderedDict()
        self._open: set[str] = set()

    def begin(self, key: str) -> bool:
        """Whether `key` is to be fetched: False when that was begun within the last minute."""
        now = time.monotonic()
        while self._begun and (len(self._begun) >= KEPT or next(iter(self._begun.values())) < now - WITHIN_S):
            self._begun.popitem(last=False)
        if key in self._begun:
            return False
        self._begun[key] = now
        self._open.add(key)
        return True

    def confirm(self, key: str) -> None:
        """What follows from it is on its way for good."""
        self._open.discard(key)

    def forget(self, key: str) -> None:
        """It came to no end: the next time it is asked for counts as the first."""
        self._begun.pop(key, None)
        self._open.discard(key)

    def forget_open(self) -> None:
        """What is not confirmed will not be: after a rebalance it comes once more, and has to be done once more."""
        for key in list(self._open):
            self.forget(key)
