"""Judges by the server's record how its hosts were treated. Pure; each fault is a line for people."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from support.internet.record import Entry

ROBOTS = "/robots.txt"
NOTICED_S = 0.5
"""What a client that breaks a request off may take to close its connection, and we to notice, both on a busy machine:
so much earlier the end may have been (0.11 s was seen). Such requests have hung for seconds, so overlaps show."""


@dataclass(frozen=True)
class Rules:
    """What a host asks for: seconds between the end of an answer and the next request, before robots.txt and before
    all else; and beginnings of paths that are forbidden."""

    base_delay_s: float
    delay_s: float
    forbidden: tuple[str, ...] = ()


Asked = Mapping[str, Rules]


def faults(entries: Iterable[Entry], asked: Asked) -> list[str]:
    """Everything that was rude. A host that `asked` does not know should not have been asked at all."""
    found: list[str] = []
    for host, seen in _by_host(entries).items():
        if host not in asked:
            found.append(f"stranger: {host} was asked for {seen[0].path}")
            continue
        for check in (_hasty, _at_once, _forbidden, _impatient):
            found += [f"{what}, at {host}" for what in check(seen, asked[host])]
    return found


def _by_host(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.began):
        found[entry.host].append(entry)
    return found


def _end(entry: Entry) -> float:
    return entry.ended - NOTICED_S if entry.broken_off else entry.ended


def gaps(seen: Sequence[Entry]) -> Iterator[tuple[float, Entry]]:
    """Of one host's entries, by when they began: each but the first, with the seconds since all before it ended."""
    free_at = float("-inf")
    for before, entry in pairwise(seen):
        free_at = max(free_at, _end(before))
        yield entry.began - free_at, entry


def _hasty(seen: Sequence[Entry], rules: Rules) -> Iterator[str]:
    for gap_s, entry in gaps(seen):
        # Whoever asks for robots.txt does not know yet what it asks for.
        wanted_s = rules.base_delay_s if entry.path == ROBOTS else rules.delay_s
        if 0 <= gap_s < wanted_s:
            yield f"hasty: {entry.path} {gap_s:.3f} s after the answer before, not {wanted_s:g} s"


def _at_once(seen: Sequence[Entry], rules: Rules) -> Iterator[str]:
    for gap_s, entry in gaps(seen):
        if gap_s < 0:
            yield f"at once: {entry.path} was asked for {-gap_s:.3f} s before the answer before had ended"


def _forbidden(seen: Sequence[Entry], rules: Rules) -> Iterator[str]:
    for entry in seen:
        if entry.path != ROBOTS and entry.path.startswith(rules.forbidden):
            yield f"forbidden: {entry.path}"


def _impatient(seen: Sequence[Entry], rules: Rules) -> Iterator[str]:
    leave_until = float("-inf")
    for before, entry in pairwise(seen):
        leave_until = max(leave_until, before.leave_until or leave_until)
        if entry.began < leave_until:
            yield f"impatient: {entry.path} {leave_until - entry.began:.3f} s before Retry-After allowed it"


def figures(entries: Sequence[Entry], is_feed: Callable[[Entry], bool]) -> dict[str, float | int]:
    """Numbers for a report: requests, the least seconds between two at a host, Retry-Afters, and of the polls of
    feeds that had been read before the share that was answered 304."""
    by_host = _by_host(entries)
    polls = [poll for seen in by_host.values() for poll in [e for e in seen if is_feed(e)][1:]]
    return {
        "requests": len(entries),
        "hosts": len(by_host),
        "least_gap_s": round(min((gap for seen in by_host.values() for gap, _ in gaps(seen)), default=0.0), 3),
        "retry_afters": sum(entry.leave_until is not None for entry in entries),
        "polls_again": len(polls),
        "not_modified": round(sum(poll.status == 304 for poll in polls) / max(1, len(polls)), 4),
    }
