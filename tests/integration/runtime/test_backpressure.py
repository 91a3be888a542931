"""Whatever the lag, memory is bounded; whatever a batch takes, the group stays; what is stuck is ended."""

import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from support.messages import page
from support.processes import Child, begun, eventually, running
from support.topics import produce, values

from services.contracts.topics import FATES, PAGES
from services.runtime.admin import connect
from services.runtime.settings import Settings
from services.runtime.watchdog import EXIT_STALLED, INTERVAL_S, busy_limit

pytestmark = pytest.mark.stack
MIB = 2**20


def slow(settings: Settings, **environment: str) -> Child:
    return Child(settings, "clean", "support.slow_service", **environment)


def resident(child: Child) -> int:
    """Mebibytes of the process itself."""
    assert child.process is not None
    return int(psutil.Process(child.process.pid).memory_info().rss // MIB)


def fates(settings: Settings) -> list[str]:
    return sorted(fate["url"].rsplit("/", 1)[1] for fate in values(settings, FATES))


def test_memory_is_bounded_whatever_waits(own: Settings, tmp_path: Path) -> None:
    """48 pages of 10 MiB that pack to a few KiB each: one fetch brings them all, which were 480 MiB and more."""
    text = "some words of a page, and more; " * (10 * MIB // 32)
    for start in range(0, 48, 8):
        produce(own, PAGES, [page(f"{n:02}", text).to_json() for n in range(start, start + 8)])
    down = tmp_path / "down"
    down.touch()
    with begun(slow(own, SLOW_WAIT=str(down))) as child:
        eventually(lambda: "says so" in str((child.get("/readyz") or {}).get("reasons")), "a batch is in work")
        most = 0
        for _ in range(60):
            most = max(most, resident(child))
            time.sleep(0.1)
        down.unlink()
        while (child.get("/status") or {}).get("in", 0) < 48:
            most = max(most, resident(child))
            time.sleep(0.1)
        assert child.stop() == 0
    assert fates(own) == [f"{n:02}" for n in range(48)]
    assert most < 400, "MiB"


def members(settings: Settings) -> list[Any]:
    """Who is in the group; a rebalance gives whoever comes again another member id."""
    admin = connect(settings)
    try:
        group = settings.name("newsloom-clean")
        described = admin.describe_groups([group])
        return [member["member_id"] for member in described[group]["members"]]
    finally:
        admin.close()


@pytest.mark.parametrize("how", ["awaits", "blocks"])
def test_a_batch_that_outlasts_the_session_keeps_its_partitions(own: Settings, tmp_path: Path, how: str) -> None:
    """A waiting stage, and one that holds the event loop: heartbeats come from a thread of their own."""
    down = tmp_path / "down"
    child = slow(own, SLOW_WAIT=str(down), SLOW_SESSION_S="6", SLOW_BLOCK_S="15")
    with running(child):
        (member,) = eventually(lambda: members(own), "it is in the group")
        if how == "awaits":
            down.touch()
        produce(own, PAGES, [page("a", "block" if how == "blocks" else "text").to_json()])
        for _ in range(14):
            time.sleep(1)
            assert members(own) == [member]
        down.unlink(missing_ok=True)
        produce(own, PAGES, [page("b").to_json()])
        eventually(lambda: len(fates(own)) >= 2, "both pages end")
        assert members(own) == [member]
        assert child.stop() == 0
    assert fates(own) == ["a", "b"], "nothing comes twice"


@pytest.mark.parametrize("how", ["awaits", "blocks"])
def test_a_batch_that_hangs_is_ended(own: Settings, how: str) -> None:
    """It gives no sign of life (services/runtime/alive.py), whether or not the event loop still runs."""
    limits = {f"NEWSLOOM_{name}": "5" for name in ("STALL_LIMIT_S", "DOCUMENT_LIMIT_S", "FETCH_TIMEOUT_S")}
    with running(slow(own, SLOW_BLOCK_S="300", **limits)) as (child,):
        assert child.process is not None
        produce(own, PAGES, [page("a", "block" if how == "blocks" else "hang").to_json()])
        assert child.process.wait(60) == EXIT_STALLED
    assert busy_limit(Settings(_env_file=None)) + INTERVAL_S < 60


def test_what_stopped_silently_is_ended_when_something_waits_and_goes_on_anew(own: Settings) -> None:
    """faust's consumers have done so; the supervisor restarts whatever ends (tests/integration/standalone)."""
    with running(slow(own, SLOW_SILENT="1", NEWSLOOM_STALL_LIMIT_S="5")) as (child,):
        assert child.process is not None
        time.sleep(5 + 2 * INTERVAL_S)
        assert child.process.poll() is None, "nothing waits, so it is left alone"
        produce(own, PAGES, [page("a").to_json()])
        assert child.process.wait(60) == EXIT_STALLED
    assert Settings(_env_file=None).stall_limit_s + INTERVAL_S < 60
    with running(slow(own)):
        eventually(lambda: fates(own) == ["a"], "its successor works")
