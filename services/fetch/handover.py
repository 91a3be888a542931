"""What the lease of a host says, and who may have it when. Pure."""

from dataclasses import dataclass

from services.contracts.messages import Model

PROMISE_S = 5.0
"""So long a host that was given back is kept for the worker that asked for it first."""


@dataclass(frozen=True)
class Handover:
    """What a worker knows of a host: seconds ago, or from now."""

    ended_ago_s: float | None = None
    paused_for_s: float = 0.0
    down_for_s: float = 0.0
    failures: int = 0
    why: str = ""


class Lease(Model):
    """The document of one host; times are Unix time, only as exact as the workers' clocks agree.

    `term` grows whenever the host changes hands; `next` is a worker that waits for it.
    """

    term: int = 0
    owner: str | None = None
    lease_s: float = 0.0
    next: str | None = None
    ended: float | None = None
    paused: float = 0.0
    down: float = 0.0
    failures: int = 0
    why: str = ""

    def known(self, now: float) -> Handover:
        """What the worker before knew, seen from Unix time `now`."""
        return Handover(
            ended_ago_s=None if self.ended is None else max(0.0, now - self.ended),
            paused_for_s=max(0.0, self.paused - now),
            down_for_s=max(0.0, self.down - now),
            failures=self.failures,
            why=self.why,
        )


def claimed(lease: Lease, me: str, lease_s: float, unchanged_s: float, now: float) -> Lease | None:
    """The lease as this worker's at Unix time `now`; None while it is another's.

    `unchanged_s`: how long its term was seen to stand. Of a dead worker's last request nothing is known; it counts as
    ended now.
    """
    is_free = lease.owner in (None, me)
    if not is_free and unchanged_s < lease.lease_s:
        return None
    if is_free and lease.next not in (None, me) and unchanged_s < PROMISE_S:
        return None
    ended = lease.ended if is_free else now
    changes = {"term": lease.term + 1, "owner": me, "lease_s": lease_s, "next": None, "ended": ended}
    return lease.model_copy(update=changes)


def waiting(lease: Lease, me: str) -> Lease:
    """The lease with this worker as the next: else who holds a host for long would be faster each time."""
    return lease.model_copy(update={"next": me})


def given_back(lease: Lease, known: Handover, now: float) -> Lease:
    """The lease as nobody's, with what its worker knows at Unix time `now`."""
    ended = lease.ended if known.ended_ago_s is None else now - known.ended_ago_s
    return lease.model_copy(
        update={
            "term": lease.term + 1,
            "owner": None,
            "ended": ended,
            "paused": now + known.paused_for_s,
            "down": now + known.down_for_s,
            "failures": known.failures,
            "why": known.why[:500],
        }
    )
