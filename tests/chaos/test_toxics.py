"""7. Each toxic on each link, for a while: nothing lost; a service says within 10 s that it is not ready where the link
is of no use, and within 30 s after that it is ready again; it is alive throughout.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from support.chaos import LONG, Run, size, when_asked_for
from support.measure import Listener, Saying
from support.processes import Child, running
from support.quick import expectations, mixed, of_kind
from support.servers import SERVICES
from support.toxics import Bandwidth, Down, Latency, LimitData, ResetPeer, Slicer, SlowClose, Timeout, Toxic

UNREADY_IN_S, READY_IN_S = 10.0, 30.0
SLACK_S = 3.0
"""What asking takes."""


@dataclass(frozen=True)
class Trial:
    """A toxic, and whether a link that has it is of no use, so that the service must say so (None: may or may not)."""

    toxic: Toxic
    unready: bool | None
    kafka_unready: bool | None = None

    def says(self, server: str) -> bool | None:
        """`unready`, of a link to this server."""
        return self.kafka_unready if server == "kafka" and self.kafka_unready is not None else self.unready


TRIALS = {
    "latency": Trial(Latency(0.2, 0.05), False),
    "bandwidth": Trial(Bandwidth(200_000), None),
    "slow_close": Trial(SlowClose(2.0), False),
    "slicer": Trial(Slicer(200, 100, 0.0005), None),
    "timeout": Trial(Timeout(0), True),  # hangs: taken, never answered
    "timeout_closing": Trial(Timeout(1.0), True),
    "reset_peer": Trial(ResetPeer(0.0), True),
    # Elasticsearch's answers are small, and some get through on each new connection.
    "limit_data": Trial(LimitData(2_000), None, kafka_unready=True),
    "down": Trial(Down(), True),
}


@dataclass(frozen=True)
class Size:
    """`pages` come in over the whole; each toxic lasts `for_s`. Per round every link has another toxic."""

    pages: int
    for_s: float
    names: tuple[str, ...]
    drain_s: float


SIZE = size(short=Size(100, 12, ("down", "timeout"), 150), long=Size(2_000, 60, tuple(TRIALS), 900))
pytestmark = [pytest.mark.stack, pytest.mark.timeout(3000 if LONG else 600), when_asked_for]


def test_no_toxic_loses_anything_and_readiness_tells(run: Run, site: tuple[str, dict[str, bytes]]) -> None:
    base, served = site
    pages = mixed(SIZE.pages, base, run=70)
    served.update({page.url.removeprefix(base): page.html.encode() for page in of_kind(pages, "fetched")})
    children = run.pipeline(SERVICES)
    listener = Listener(children.values(), 0.5)
    wrong: list[str] = []
    with running(*children.values()), listener:
        feeder = run.feed(pages, len(SIZE.names) * SIZE.for_s * 1.3)
        for number in range(len(SIZE.names)):
            wrong += _round(run, number, listener, children)
        feeder.finish(SIZE.drain_s)
        run.note(drained_s=round(run.settle(SIZE.drain_s), 1), trials=len(run.stack.links) * len(SIZE.names))
        run.note(not_alive=_not_alive(listener), wrong=wrong)
        run.judge(expectations(pages), {page.id: page.value() for page in of_kind(pages, "poison")})
        ended = [name for name, child in children.items() if child.process and child.process.poll() is not None]
    assert not ended, f"ended, and nobody was to restart them: {ended}"
    assert not any(_not_alive(listener).values())
    assert not wrong, "\n".join(wrong)


def _round(run: Run, number: int, listener: Listener, children: Mapping[str, Child]) -> list[str]:
    """Put a toxic on every link, a different one on each; then take all away. What was said wrongly."""
    links = run.stack.links
    given = {at: SIZE.names[(number + i) % len(SIZE.names)] for i, at in enumerate(links)}
    began = time.monotonic()
    for at, name in given.items():
        links[at].add(TRIALS[name].toxic)
    time.sleep(max(SIZE.for_s, UNREADY_IN_S + SLACK_S))
    ended = time.monotonic()
    run.stack.calm()
    _until_ready(listener, ended)
    wrong = []
    for service in children:
        mine = {server: name for (owner, server), name in given.items() if owner == service}
        wrong += [f"{service} with {mine}: {what}" for what in _judged(mine, listener.said[service], began, ended)]
    print(f"round {number + 1}: {wrong or 'as it must be'}", flush=True)
    return wrong


def _until_ready(listener: Listener, since: float) -> None:
    """Wait until all have been ready since, or should have been."""
    while time.monotonic() < since + READY_IN_S + SLACK_S:
        if all(said[-1].at > since + 1 and said[-1].ready for said in listener.said.values()):
            return
        time.sleep(0.5)


def _judged(mine: Mapping[str, str], said: list[Saying], began: float, ended: float) -> list[str]:
    """What a service should have said of its own links, and did not."""
    found = []
    for server, name in mine.items():
        about = [s for s in said if began <= s.at <= ended and any(r.startswith(server) for r in s.reasons)]
        match TRIALS[name].says(server):
            case True if not about or about[0].at > began + UNREADY_IN_S + SLACK_S:
                after = f"only after {about[0].at - began:.1f} s" if about else "never"
                found.append(f"{server} was of no use, which it said {after}")
            case False if len(about) > len([s for s in said if began <= s.at <= ended]) // 4:
                found.append(f"{server} was slow but of use, and it said: {about[0].reasons}")
    later = [s for s in said if s.at > ended]
    if not any(s.ready and s.at <= ended + READY_IN_S + SLACK_S for s in later):
        found.append(f"not ready {READY_IN_S:g} s after: {later[-1].reasons if later else 'no answer'}")
    return found


def _not_alive(listener: Listener) -> dict[str, int]:
    """How often each did not answer at /healthz."""
    return {name: sum(not s.alive for s in said) for name, said in listener.said.items()}
