"""8. A disk that is really full: Elasticsearch's (flood stage, then no byte left), then Kafka's (it ends by itself).

Needs the right to mount a small file system in memory; takes two starts of servers, so only in the long form.
"""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.chaos import LONG, Run, begin
from support.measure import ask
from support.processes import Child, eventually, running
from support.quick import Quick, expectations, quick
from support.servers import stack

from services.runtime.elastic import sync_client

SIZES_MB = {"kafka": 300, "elasticsearch": 400}
MARKS = {"low": "120mb", "high": "110mb", "flood_stage": "100mb"}
SERVICES = ("clean", "enrich", "index")
pytestmark = [
    pytest.mark.stack,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(not LONG, reason="long form only: make chaos SCENARIO=disk"),
    pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root"),
]


def test_full_disks_lose_nothing(tmp_path: Path) -> None:
    with stack(_mounted) as servers_and_links:
        run = begin("disk", servers_and_links, tmp_path)
        folders = _disks(run.stack.settings.home_dir)
        outcome = "failed"
        try:
            _scenario(run, folders)
            outcome = "passed"
        finally:
            print(run.report(outcome))
            for folder in folders.values():
                _free(folder)
            run.end()


def _scenario(run: Run, folders: dict[str, Path]) -> None:
    parts = [quick(300, run=84 + part) for part in range(4)]
    children = run.pipeline(SERVICES)
    _watermarks(run, threshold=True)
    with running(*children.values()):
        run.feed(parts[0], 0).finish(120)
        run.settle(120)
        _elasticsearch_full(run, folders["elasticsearch"], children, parts[1], leave_mb=60)
        _watermarks(run, threshold=False)
        _elasticsearch_full(run, folders["elasticsearch"], children, parts[2], leave_mb=0)
        _kafka_full(run, folders["kafka"], children, parts[3])
        run.judge(expectations([page for part in parts for page in part]))


def _elasticsearch_full(run: Run, disk: Path, children: dict[str, Child], pages: list[Quick], leave_mb: int) -> None:
    """Fill the disk, see index wait and say why, free the disk, see it go on."""
    _fill(disk, leave_mb)
    if leave_mb:
        eventually(lambda: _blocked(run), "the flood stage closes the indices", 120, 1)
    run.feed(pages, 0).finish(120)
    eventually(lambda: ask(children["index"]).reasons, "index waits", 120, 0.5)
    run.note(**{f"said_with_{leave_mb}_mb_left": ask(children["index"]).reasons})
    assert any(reason.startswith("elasticsearch") for reason in ask(children["index"]).reasons)
    assert ask(children["index"]).alive
    _free(disk)
    if not leave_mb:  # shards that failed are tried again when asked for, or with their node
        with sync_client(run.settings) as es:
            es.cluster.reroute(retry_failed=True)
    run.settle(300)
    eventually(lambda: ask(children["index"]).ready, "index is ready again", 60, 0.5)


def _kafka_full(run: Run, disk: Path, children: dict[str, Child], pages: list[Quick]) -> None:
    """Kafka ends when it can not write; started again on a disk with room, all goes on."""
    server = run.stack.servers["kafka"]
    _fill(disk, 0)
    feeder = run.feed(pages, 0)
    eventually(lambda: not server.running, "Kafka gives up", 180, 1)
    eventually(lambda: all(ask(c).reasons for c in children.values()), "all say that they wait", 60, 0.5)
    assert all(ask(child).alive for child in children.values())
    _free(disk)
    server.start().wait_ready()
    feeder.finish(300)
    run.settle(300)
    eventually(lambda: all(ask(child).ready for child in children.values()), "all are ready again", 60, 0.5)


def _blocked(run: Run) -> bool:
    with sync_client(run.settings) as es:
        found = es.indices.get_settings(index=f"{run.settings.namespace}*", flat_settings=True)
        return any("index.blocks.read_only_allow_delete" in about["settings"] for about in found.values())


def _watermarks(run: Run, *, threshold: bool) -> None:
    """Marks that suit a small disk, or none."""
    at = "cluster.routing.allocation.disk"
    marks = {f"{at}.watermark.{name}": value for name, value in MARKS.items()}
    given = {**marks, f"{at}.threshold_enabled": threshold, "cluster.info.update.interval": "10s"}
    with sync_client(run.settings) as es:
        es.cluster.put_settings(persistent=given)


def _fill(disk: Path, leave_mb: int) -> None:
    """Leave so much of a disk."""
    about = os.statvfs(disk)
    size = about.f_bavail * about.f_frsize - leave_mb * 1_000_000
    with (disk / "ballast").open("wb") as file, contextlib.suppress(OSError):  # the last bytes go to whoever is faster
        os.posix_fallocate(file.fileno(), 0, size)


def _free(disk: Path) -> None:
    (disk / "ballast").unlink(missing_ok=True)


def _disks(home: Path) -> dict[str, Path]:
    return {name: home / name / "data" for name in SIZES_MB}


@contextlib.contextmanager
def _mounted(home: Path) -> Iterator[None]:
    """Small disks in memory where the servers' data will be."""
    with contextlib.ExitStack() as after:
        for name, disk in _disks(home).items():
            disk.mkdir(parents=True)
            option = f"size={SIZES_MB[name]}m"
            done = _run("mount", "-t", "tmpfs", "-o", option, "tmpfs", str(disk))
            if done.returncode:
                pytest.skip(f"a small disk can not be mounted here: {done.stderr.decode().strip()}")
            after.callback(_run, "umount", "-l", str(disk))
        yield


def _run(*command: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(command, capture_output=True, timeout=30, check=False)
