"""Worker processes for real: time limits that kill, deaths, order, starts and stops."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from support import work
from support.messages import page

from services.contracts.fates import DeadReason, Skip
from services.contracts.messages import Article
from services.runtime.errors import Broken
from services.runtime.pool import CHUNK, Pool
from services.runtime.stage import Failure, Forward, Outcome, Retry

TESTS = Path(__file__).parents[2]


def children() -> list[psutil.Process]:
    """Worker processes of this one; multiprocessing's resource tracker is none."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "spawn_main" in " ".join(process.cmdline()):
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


@asynccontextmanager
async def running(limit_s: float = 60, workers: int = 1, memory_mib: int = 4096) -> AsyncIterator[Pool]:
    before = {p.pid for p in children()}
    pool = Pool(work.work, workers=workers, limit_s=limit_s, memory_mib=memory_mib)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.stop()
        assert {p.pid for p in children()} <= before, "stop leaves no process"


def kinds(outcomes: list[Outcome]) -> list[str]:
    outcomes = [o.otherwise if isinstance(o, Retry) else o for o in outcomes]
    return [str(o.reason) if isinstance(o, Failure | Skip) else o.message.body for o in outcomes]


async def test_outcomes_come_in_the_order_of_the_messages_over_chunks_and_workers() -> None:
    texts = [f"{i:03}" for i in range(CHUNK * 3 + 5)]
    texts[7:10] = ["bug", "bad", "skip"]
    async with running(workers=2) as pool:
        outcomes = await pool.process([page(str(i), text) for i, text in enumerate(texts)])
        assert await pool.process([]) == []
    assert kinds(outcomes) == [*texts[:8], "invalid_url", "too_short", *texts[10:]]
    assert outcomes[7] == Failure(DeadReason.BUG, "KeyError", "KeyError: 'title'")
    assert isinstance(outcomes[0], Forward)
    assert isinstance(outcomes[0].message, Article)


async def test_a_page_that_hangs_or_kills_its_worker_pays_alone() -> None:
    texts = ["one", "hang", "two", "die", "three"]
    async with running(limit_s=12) as pool:
        outcomes = await pool.process([page(str(i), t) for i, t in enumerate(texts)])
        assert kinds(await pool.process([page("a", "next")])) == ["next"], "the pool goes on"
    assert kinds(outcomes) == ["one", "time_limit", "two", "worker_died", "three"]
    assert [outcomes[n].most for n in (1, 3)] == [1, 1], "each may be tried once more"
    assert outcomes[1].otherwise.detail.startswith("took longer than 4 s, 2 times alone")
    assert outcomes[3].otherwise.detail == "killed its worker process twice (exit code 3)"


async def test_a_page_that_needs_too_much_memory_pays_alone() -> None:
    texts = ["one", "eat", "two"]
    async with running(memory_mib=1024) as pool:
        outcomes = await pool.process([page(str(i), t) for i, t in enumerate(texts)])
    assert kinds(outcomes) == ["one", "worker_died", "two"]
    assert "more than 1024 MiB of memory (NEWSLOOM_WORKER_MEMORY_MIB)" in outcomes[1].otherwise.detail


async def test_workers_are_renewed_after_some_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.pool.TASKS_PER_WORKER", 3)
    async with running() as pool:
        pids = [kinds(await pool.process([page("a", "pid")]))[0] for _ in range(8)]
    assert len(set(pids)) == 3, "start() takes one task"
    assert max(pids.count(pid) for pid in pids) == 3


async def test_a_worker_killed_while_it_is_idle_blames_no_message() -> None:
    async with running() as pool:
        for worker in children():
            worker.send_signal(signal.SIGKILL)
        try:
            while True:  # either the pool replaces the worker in time, or it says that it is broken
                assert kinds(await pool.process([page("a", "good")])) == ["good"]
                if all(worker.is_running() for worker in children()):
                    break
        except Broken as error:
            assert "worker process" in str(error)


@pytest.mark.parametrize("how", ["raise", "die"])
async def test_workers_that_do_not_start_are_an_error_that_says_so(how: str) -> None:
    before = {p.pid for p in children()}
    pool = Pool(work.work, workers=2, limit_s=5, memory_mib=4096, initializer=work.prepare_badly, initargs=(how,))
    with pytest.raises(Broken, match="the worker processes do not start"):
        await pool.start()
    assert {p.pid for p in children()} <= before


async def test_a_pool_that_was_stopped_says_so() -> None:
    pool = Pool(work.work, workers=1, limit_s=5, memory_mib=4096)
    await pool.stop()  # never started: nothing to do
    await pool.start()
    inner = pool._pool
    inner.stop()
    inner.join(10)
    with pytest.raises(Broken, match="no worker processes"):
        await pool.process([page("a", "good")])
    await pool.stop()


async def test_stopping_ends_a_hanging_worker_at_once() -> None:
    async with running(limit_s=3600) as pool:
        hanging = asyncio.create_task(pool.process([page("a", "hang")]))
        while not children():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)


def test_workers_end_when_their_service_is_killed(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys\n"
        "from support.work import work\n"
        "from services.runtime.pool import Pool\n"
        "async def main():\n"
        "    pool = Pool(work, workers=2, limit_s=60, memory_mib=4096)\n"
        "    await pool.start()\n"
        "    print('up', flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    script = tmp_path / "service.py"
    script.write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    workers = [p for p in psutil.Process(process.pid).children() if "spawn_main" in " ".join(p.cmdline())]
    assert len(workers) == 2
    process.kill()
    process.wait()
    process.stdout.close()
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert alive == []
