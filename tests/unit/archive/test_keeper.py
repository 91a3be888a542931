"""The keeper without Kafka: what it keeps, and how it waits for a disk and for S3."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.messages import AT, delivery, page, settings_for_tests

from services.archive.app import prepare
from services.archive.find import archive_files
from services.archive.keeper import Again, Keeper
from services.archive.read import pages
from services.contracts.messages import PageMessage
from services.runtime.errors import Unavailable
from services.runtime.stage import Done
from services.runtime.waiting import Dependencies


def kept(folder: Path) -> list[str]:
    found = []
    for file in archive_files(str(folder), settings_for_tests()):
        with file.open(0) as stream:
            found += [item.page.url[-1] for item in pages(stream) if item.page]
    return found


def dated(name: str) -> PageMessage:
    return page(name).model_copy(update={"fetched_at": AT})


@pytest.fixture
async def keeper(tmp_path: Path) -> AsyncIterator[Keeper]:
    made = Keeper(settings_for_tests(archive=str(tmp_path / "warc")), Dependencies())
    await made.start()
    yield made
    await made.stop()


async def test_pages_are_on_disk_when_it_says_so_and_replays_are_left_out(keeper: Keeper, tmp_path: Path) -> None:
    assert list(await keeper.process([dated("a"), Again(), dated("b")])) == [Done()] * 3
    assert kept(tmp_path / "warc") == ["a", "b"]
    await keeper.process([Again()])
    assert kept(tmp_path / "warc") == ["a", "b"]


def test_a_page_has_kafkas_time_and_a_replayed_one_is_known_by_its_header() -> None:
    arrived = delivery(page("a"))
    assert prepare(page("a"), arrived).fetched_at == arrived.arrived_at
    assert isinstance(prepare(page("a"), delivery(page("a"), headers=[("replay", b"archive")])), Again)


async def test_a_folder_that_can_not_be_used_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "warc").touch()
    dependencies = Dependencies()
    keeper = Keeper(settings_for_tests(archive=str(tmp_path / "warc")), dependencies)
    starting = asyncio.create_task(keeper.start())
    while not dependencies.reasons():
        await asyncio.sleep(0.01)
    assert "archive has been down since" in dependencies.reasons()[0]
    assert "takes no more: File exists" in dependencies.reasons()[0]
    (tmp_path / "warc").unlink()
    await starting
    assert dependencies.reasons() == []
    await keeper.stop()


async def test_a_disk_that_says_no_is_tried_again(tmp_path: Path) -> None:
    keeper = Keeper(settings_for_tests(archive=str(tmp_path / "warc")), Dependencies())
    await keeper.start()
    (tmp_path / "warc").rmdir()
    (tmp_path / "warc").touch()
    with pytest.raises(Unavailable, match="takes no more"):
        await keeper.process([dated("b")])
    (tmp_path / "warc").unlink()
    await keeper.process([dated("b")])
    await keeper.stop()
    assert kept(tmp_path / "warc") == ["b"]
    assert [path.suffix for path in (tmp_path / "warc").iterdir()] == [".gz"], "a stop completes the file"


@pytest.fixture
def s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Settings of an archive in a bucket whose server is not there."""
    for name, value in {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}.items():
        monkeypatch.setenv(name, value)
    return {
        "archive": "s3://bucket/pages",
        "archive_spool": str(tmp_path / "spool"),
        "archive_s3_url": "http://127.0.0.1:9",
        "archive_rotate_s": "1",
    }


async def test_files_stay_here_while_s3_is_away_and_it_is_said(s3: dict[str, str], tmp_path: Path) -> None:
    dependencies = Dependencies()
    keeper = Keeper(settings_for_tests(**s3), dependencies)
    await keeper.start()
    await keeper.process([dated("a")])
    tending = asyncio.create_task(keeper.tend())
    while not dependencies.reasons():
        await asyncio.sleep(0.05)
    assert "s3 has been down since" in dependencies.reasons()[0]
    tending.cancel()
    await keeper.process([dated("b")])
    await keeper.stop()
    assert kept(tmp_path / "spool") == ["a", "b"]
