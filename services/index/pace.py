"""How much to send at a time: grow while answers come quickly, halve when the cluster labours (AIMD, as TCP does)."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds of what a writer sends; the defaults were measured with `make bench`, the reasons stand beside them."""

    first_bytes: int = MIB  # some 100 articles: enough for a request's own cost not to show
    least_bytes: int = 64 * 1024  # smaller requests cost the cluster more, not less
    most_bytes: int = 8 * MIB  # far under Elasticsearch's http.max_content_length (100 MiB); bounds our memory
    step_bytes: int = 256 * 1024
    quick_s: float = 1.0  # an answer within this, and there is room for more
    slow_s: float = 5.0  # far under the request's time limit (30 s): halve before requests fail, not after
    in_flight: int = 3  # two being indexed and one on its way; each holds at most `most_bytes` here and there
    least_share: int = 50  # documents; of a batch of 100, two halves at once took two thirds of the time of one whole
    many_followers: int = 500  # some 150 KB; sent while others are under way, or a batch ends with them alone
    patience_s: float = 3.0  # failing for so long without one success is told as Unavailable; /readyz shows it in 10 s
    first_delay_s: float = 0.1
    most_delay_s: float = 1.0


DEFAULT = Limits()


class Pace:
    """`bytes` a request may have, and how many requests may be `in_flight`, now."""

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self._limits = limits
        self._most = limits.most_bytes
        self.bytes = limits.first_bytes
        self.in_flight = limits.in_flight

    def answered(self, size: int, seconds: float, allowed: int) -> None:
        """A request of `size` bytes was taken in `seconds`; `allowed` were the bytes when it was sent."""
        if seconds > self._limits.slow_s:
            self.refused(allowed)
        elif seconds <= self._limits.quick_s:
            self.in_flight = min(self.in_flight + 1, self._limits.in_flight)
            if size > allowed // 2:  # a request that was not near the bound says nothing about it
                self.bytes = min(self.bytes + self._limits.step_bytes, self._most)

    def refused(self, allowed: int) -> None:
        """The cluster is busy, or a connection broke. Requests sent before the last halving halve no more."""
        if allowed <= self.bytes:
            self.bytes = max(self.bytes // 2, min(self._limits.least_bytes, self._most))
            self.in_flight = max(self.in_flight // 2, 1)

    def too_large(self, size: int) -> None:
        """The server takes no request of `size` bytes (413); never grow to that again."""
        self._most = max(min(self._most, size // 2), 1)
        self.bytes = min(self.bytes, self._most)

    def share(self, left: int, documents: int) -> int:
        """The most documents of the next request, when `left` of a batch's `documents` were not sent yet.

        Shares shrink as the batch ends (guided self-scheduling, Polychronopoulos and Kuck 1987), or the last requests
        would end far apart, with cores of the cluster idle. The first is a quarter: Elasticsearch waits while it is
        made.
        """
        equal = max(self._limits.least_share, -(-left // self.in_flight))
        return -(-equal // 4) if left == documents > equal else equal
