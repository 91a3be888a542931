"""3. Elasticsearch away for minutes, then Kafka; then both killed with -9, again and again, while pages come in.

What must hold: no dead letters but for the poison, memory bounded, all of it drained within twice the outage, the
services recover by themselves, and they say what they wait for while it lasts.
"""

import time
from dataclasses import dataclass

import pytest
from support.chaos import LONG, Run, Together, size, when_asked_for
from support.measure import Meter, Sampler, ask
from support.processes import Child, eventually, running
from support.quick import Quick, expectations, mixed, of_kind
from support.servers import Server

from services.runtime.settings import STAGES


@dataclass(frozen=True)
class Size:
    """`pages` come in during each of the parts; a server is away for `outage_s`, then each is killed `kills` times."""

    pages: int
    outage_s: float
    kills: int
    between_s: tuple[float, float]
    start_s: float = 60.0
    """What a restart of servers and clients may take beside twice the outage."""


SIZE = size(short=Size(100, 6, 1, (1, 2)), long=Size(3_000, 300, 10, (5, 20)))
MOST_GROWTH_MB = 200
"""What a service may grow by while it waits: its bounded queues, and the allocator's slack."""
WAITS_FOR = {"elasticsearch": ("index",), "kafka": STAGES}
pytestmark = [pytest.mark.stack, pytest.mark.timeout(3600 if LONG else 600), when_asked_for]


def test_servers_that_are_away_cost_nothing(run: Run, site: tuple[str, dict[str, bytes]]) -> None:
    base, served = site
    parts = [mixed(SIZE.pages, base, run=20 + 4 * part) for part in range(3)]
    for page in of_kind([page for part in parts for page in part], "fetched"):
        served[page.url.removeprefix(base)] = page.html.encode()
    children = run.pipeline()
    servers = run.stack.servers
    meter = Meter(children.values())
    with running(*children.values()), Sampler(meter.look, 1.0):
        for server, pages in zip(("elasticsearch", "kafka"), parts[:2], strict=True):
            _away(run, servers[server], pages, children)
        feeder = run.feed(parts[2], SIZE.kills * SIZE.between_s[1])
        Together(*(lambda s=server: _kill(run, s) for server in servers.values())).wait(SIZE.kills * 300)
        feeder.finish(600)
        run.note(kills=SIZE.kills, after_kills_drained_s=round(run.settle(900), 1))
        pages = [page for part in parts for page in part]
        run.judge(expectations(pages), {page.id: page.value() for page in of_kind(pages, "poison")})
        ended = {name: child.process.poll() for name, child in children.items() if child.process}
        run.note(most_mb=meter.most_mb(), ended={name: code for name, code in ended.items() if code is not None})
        assert not any(code is not None for code in ended.values()), (
            f"a service ended, nobody was to restart it: {ended}"
        )
        growth = {name: (max(u.rss for u in uses) - uses[0].rss) / 1e6 for name, uses in meter.uses.items()}
        run.note(growth_mb={name: round(grown) for name, grown in growth.items()})
        assert max(growth.values()) < MOST_GROWTH_MB, growth


def _away(run: Run, server: Server, pages: list[Quick], children: dict[str, Child]) -> None:
    """Take a server away in the middle of a load, and see that its users say so and get over it."""
    feeder = run.feed(pages, SIZE.outage_s / 2)
    time.sleep(SIZE.outage_s / 10)
    server.kill()
    ends = time.monotonic() + SIZE.outage_s
    for name in WAITS_FOR[server.name]:
        eventually(
            lambda n=name: any(r.startswith(server.name) for r in ask(children[n]).reasons),
            f"{name} says that it waits for {server.name}",
            60,
            0.5,
        )
    time.sleep(max(0.0, ends - time.monotonic()))
    said = {name: ask(child) for name, child in children.items()}
    assert all(saying.alive for saying in said.values()), said
    server.start().wait_ready()
    back = time.monotonic()
    feeder.finish(2 * SIZE.outage_s + SIZE.start_s)
    run.settle(2 * SIZE.outage_s + SIZE.start_s)
    run.note(**{f"{server.name}_away_s": SIZE.outage_s, f"{server.name}_drained_s": round(time.monotonic() - back, 1)})
    eventually(lambda: all(ask(child).ready for child in children.values()), "all are ready again", 60, 0.5)


def _kill(run: Run, server: Server) -> None:
    """`kill -9` and start again, at random times."""
    dice = run.dice
    for _ in range(SIZE.kills):
        time.sleep(dice.uniform(*SIZE.between_s))
        server.kill()
        server.start().wait_ready()
