"""The real fetch service on a small internet, a tenth of whose hosts misbehave: every good page goes on once, every
other has its reason, and the server's record has no rudeness in it.

NEWSLOOM_CHAOS=long has 200 good hosts of 20 pages, and one of each kind that misbehaves; NEWSLOOM_TEST_FETCH_WORKERS is
how many processes fetch. `-s` shows the figures.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.chaos import LONG, size
from support.internet.kinds import KINDS
from support.internet.manners import Asked, Rules, faults, figures
from support.internet.record import Entry, read
from support.internet.world import AWAY, BROKEN, FEED, PRIVATE, QUIET, TDMREP, Host, World
from support.processes import TESTS, Child, eventually, free_ports, running
from support.topics import create_topics, produce, values

from services.clean.extract import CleanLimits, extract
from services.contracts.fates import Skip
from services.contracts.messages import PageMessage, UrlMessage
from services.contracts.sources import SourceRecord
from services.contracts.topics import FATES, PAGES, URLS
from services.contracts.urls import article_id
from services.runtime.elastic import sync_client
from services.runtime.settings import Settings
from services.runtime.sources.index import SourceIndex
from services.runtime.sources.plan import Wanted, plan
from services.standalone.process import Command

WORKERS = int(os.environ.get("NEWSLOOM_TEST_FETCH_WORKERS", "1"))
DELAY_S = 0.2
TIMEOUT_S = 5
"""For all tries of a page: within 2, a busy machine (eight processes a core) did not get to the third."""
POLLS = 4
SHOWN = 40


@dataclass(frozen=True)
class Size:
    """A world (good hosts, bad hosts, pages of each), seconds between two polls of a feed, how long all may take."""

    world: tuple[int, int, int]
    interval_s: int
    limit_s: float


SIZE = size(short=Size((25, len(KINDS), 3), 4, 240), long=Size((200, len(KINDS), 20), 12, 1200))
pytestmark = [pytest.mark.stack, pytest.mark.timeout(1800 if LONG else 600)]
WORLD = World(*SIZE.world)
NUMBERS = tuple(map(str, SIZE.world))
"""Which world it is, as an argument of the processes."""


@pytest.fixture
def internet(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A world in a process of its own: its port and its record."""
    port, record = free_ports(1), tmp_path / "record.ndjson"
    command = Command((sys.executable, "-m", "support.internet", str(port), str(record), *NUMBERS))
    environment = {**os.environ, "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}
    with subprocess.Popen(command.launched(os.getpid()), env=environment) as process:
        try:
            yield port, record
        finally:
            process.terminate()


def workers(settings: Settings, count: int) -> list[Child]:
    """Processes of the fetch service with the world's DNS, not started."""
    given = {"FETCH_ALLOW": "127.0.0.0/8", "FETCH_DELAY_S": DELAY_S, "FETCH_TIMEOUT_S": TIMEOUT_S}
    made = []
    for number in range(count):
        health = f"127.0.0.1:{free_ports(1)}"
        environment = {f"NEWSLOOM_{name}": str(value) for name, value in (given | {"HEALTH": health}).items()}
        child = Child(
            settings.model_copy(update={"health": health}),
            "fetch",
            "support.internet.fetch_service",
            *NUMBERS,
            **environment,
        )
        child.log = child.folder / f"fetch{number}.log"
        made.append(child)
    return made


def url(port: int, host: Host, path: str) -> str:
    return f"http://{host.name}:{port}{path}"


def follow(settings: Settings, port: int) -> None:
    """Make sources of all feeds; of the hosts that misbehave the broken ones too; and those of several hosts."""
    feeds = [url(port, h, path) for h in WORLD.hosts.values() for path in ((FEED, BROKEN) if h.kind else (FEED,))]
    with sync_client(settings) as client:
        index = SourceIndex(client, settings)
        index.ensure()
        lists = [*((feed,) for feed in feeds), *(shared(port, *trio) for trio in WORLD.trios)]
        wanted = [Wanted(some[0], feeds=some, given={"interval_s": SIZE.interval_s}) for some in lists]
        index.apply(plan((), wanted, datetime.now(UTC)))


def shared(port: int, first: Host, second: Host, _: Host) -> tuple[str, ...]:
    """The lists of a source on three hosts."""
    return url(port, first, QUIET), url(port, second, QUIET), url(port, first, AWAY)


def stored(settings: Settings) -> dict[str, SourceRecord]:
    """Sources by their feed."""
    with sync_client(settings) as client:
        return {source.feeds[0]: source for source in SourceIndex(client, settings).all()}


def expected(port: int) -> dict[str, tuple[str | None, str]]:
    """Of each page: why fetch skips it (None: it goes on), and a part of the detail."""
    found: dict[str, tuple[str | None, str]] = {}
    for host in WORLD.hosts.values():
        found |= {url(port, host, path): (host.does.reason, host.does.says) for path in host.pages}
        if host.listed:
            found[url(port, host, PRIVATE)] = ("disallowed_by_robots", "does not allow")
    return found


def rules() -> Asked:
    """What the hosts that may be asked at all want."""
    made = {}
    for host in WORLD.hosts.values():
        if host.does.known:
            forbidden = ("/",) if host.does.forbidden else ("/private/",)
            made[host.name] = Rules(DELAY_S, max(DELAY_S, host.does.delay_s), forbidden)
    return made


def is_good_feed(entry: Entry) -> bool:
    return entry.path == FEED and WORLD.hosts[entry.host].kind is None


def test_every_good_page_goes_on_once_and_no_host_has_reason_to_complain(
    settings: Settings, internet: tuple[int, Path]
) -> None:
    port, record = internet
    create_topics(settings)
    wanted = expected(port)
    unlisted = [host for host in WORLD.hosts.values() if not host.listed]
    with running(*workers(settings, WORKERS)) as fetchers:  # all before any work: who joins later has some done twice
        began = time.monotonic()
        follow(settings, port)
        produce(settings, URLS, [UrlMessage(url=url(port, h, p)).to_json() for h in unlisted for p in h.pages])
        eventually(lambda: _through(settings, record, len(wanted)), "all is fetched and polled", SIZE.limit_s, 2)
        took_s = time.monotonic() - began
        assert {child.stop() for child in fetchers} == {0}
    entries = read(record)
    pages, fates = values(settings, PAGES), values(settings, FATES)
    wrong = [*faults(entries, rules()), *_wrong_tries(entries)]
    wrong += [*_wrong_ends(wanted, pages, fates), *_wrong_health(settings, port)]
    found = figures(entries, is_good_feed)
    print(json.dumps({"scenario": "internet", "world": SIZE.world, "workers": WORKERS,
                      "seconds": round(took_s, 1), "pages": len(pages), "skipped": len(fates), **found,
                      "faults": len(wrong)}))  # fmt: skip
    assert not wrong, f"{len(wrong)} faults:\n" + "\n".join(wrong[:SHOWN])
    assert found["not_modified"] >= 0.95
    assert found["polls_again"] >= POLLS * len([h for h in WORLD.hosts.values() if h.kind is None]) // 2
    assert found["retry_afters"] > 0


def _through(settings: Settings, record: Path, count: int) -> bool:
    """Whether every page has its end, and every good feed was polled often enough; those on several hosts, twice."""
    entries = read(record)
    polls = Counter(entry.host for entry in entries if is_good_feed(entry))
    quiet = Counter(entry.host for entry in entries if entry.path == QUIET)
    good = [host for host in WORLD.hosts.values() if host.kind is None]
    enough = all(polls[host.name] >= POLLS for host in good)
    return enough and all(quiet[host.name] >= 2 for trio in WORLD.trios for host in trio) and _ends(settings) >= count


def _ends(settings: Settings) -> int:
    return len(values(settings, PAGES)) + len(values(settings, FATES))


def _wrong_ends(
    wanted: dict[str, tuple[str | None, str]], pages: list[dict[str, Any]], fates: list[dict[str, Any]]
) -> Iterator[str]:
    """Pages that did not end as they should, exactly once."""
    on = Counter(page["url"] for page in pages)
    ended = {fate["id"]: fate for fate in fates}
    skips = Counter(fate["id"] for fate in fates)
    for address, (reason, says) in wanted.items():
        key = article_id(address)
        if (on[address], skips[key]) != ((1, 0) if reason is None else (0, 1)):
            yield f"{address}: {on[address]} pages and {skips[key]} fates"
        elif reason and (ended[key]["reason"] != reason or not re.search(says, ended[key]["detail"])):
            yield f"{address}: {ended[key]['reason']}, {ended[key]['detail']}; not {reason}, {says}"
    yield from (f"{address} was never there" for address in on if address not in wanted)
    yield from filter(None, (_wrong_article(PageMessage.model_validate(page)) for page in pages))


def _wrong_tries(entries: list[Entry]) -> Iterator[str]:
    """Pages that were asked for more or less often than the kind of their failure deserves."""
    asked = Counter((entry.host, entry.path) for entry in entries)
    for host in WORLD.hosts.values():
        for path in host.pages:
            if host.does.tries not in (None, asked[host.name, path]):
                yield f"{host.name}{path}, {host.kind}: {asked[host.name, path]} requests, not {host.does.tries}"
        if asked[host.name, TDMREP] > WORKERS:
            yield f"{host.name}: {asked[host.name, TDMREP]} requests for {TDMREP}"


def _wrong_article(page: PageMessage) -> str | None:
    """What clean makes of a page that went on, where that is not what it should be."""
    wanted = WORLD.hosts[page.url.split("/")[2].partition(":")[0]].does.clean
    found = extract(page, CleanLimits(min_words=20))
    if isinstance(found, Skip):
        return None if wanted and wanted in found.detail else f"{page.url}: clean says {found}, not {wanted}"
    return f"{page.url} is no article: {wanted}" if wanted else None


def _wrong_health(settings: Settings, port: int) -> Iterator[str]:
    """Sources whose health does not say what is wrong with them, or says it of a good one."""
    sources = stored(settings)
    for host in WORLD.hosts.values():
        error = sources[url(port, host, FEED)].state.last_error
        if host.kind is None and error:
            yield f"{host.name}: {error}"
        elif host.kind:
            error = sources[url(port, host, BROKEN)].state.last_error or ""
            says = host.does.says if host.does.reason not in (None, "opted_out") else "feed"
            if not re.search(says, error):
                yield f"{host.name}, which {host.kind}, has the health {error!r}, not {says!r}"
    for trio in WORLD.trios:
        state = sources[url(port, trio[0], QUIET)].state
        if state.last_error or not state.polls:
            yield f"the source of {', '.join(h.name for h in trio)}: {state.polls} polls, {state.last_error}"
