"""A full disk: the archive waits, not ready, with the reason; the pipeline goes on; with room it goes on by itself."""

import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.processes import Child, eventually, free_ports, running
from support.topics import create_topics, produce

from services.archive.find import archive_files
from services.archive.read import pages
from services.contracts.messages import PageMessage
from services.contracts.topics import PAGES
from services.runtime.settings import Settings

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "newsloom-test", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def urls(folder: Path, settings: Settings) -> set[str]:
    found = set()
    for file in archive_files(str(folder), settings):
        with file.open(0) as stream:
            found |= {item.page.url for item in pages(stream) if item.page}
    return found


def test_it_waits_for_room_and_loses_nothing(settings: Settings, small: Path, tmp_path: Path) -> None:
    own = settings.model_copy(update={"http": f"127.0.0.1:{free_ports(7)}"})
    create_topics(own)
    sent = [PageMessage(url=f"https://a.example/{i}", text=secrets.token_hex(100_000)) for i in range(30)]
    environment = {"NEWSLOOM_ARCHIVE_ROTATE_MB": "1", "NEWSLOOM_BATCH": "5"}
    child = Child(own, "archive", "services", "run", "archive", NEWSLOOM_ARCHIVE=str(small), **environment)
    with running(child):
        produce(own, PAGES, [page.to_json() for page in sent])

        def full() -> bool:
            reasons = (child.get("/readyz") or {}).get("reasons", [])
            return any("No space left on device" in reason for reason in reasons)

        eventually(full, "it says that the disk is full")
        assert child.get("/healthz") == {"alive": True}
        away = tmp_path / "away"
        away.mkdir()

        def make_room() -> bool:
            for path in small.glob("*.warc.gz"):
                (away / path.name).write_bytes(path.read_bytes())
                path.unlink()
            return bool((child.get("/readyz") or {}).get("ready")) and child.get("/status")["lag"] == 0  # type: ignore[index]

        eventually(make_room, "it goes on, and nothing waits any more", pause_s=1)
        assert child.stop() == 0
    assert urls(away, own) | (urls(small, own) if list(small.iterdir()) else set()) == {page.url for page in sent}
