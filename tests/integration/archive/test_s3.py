"""The archive in a real S3 server: a process of its own, or NEWSLOOM_TEST_S3 (with a bucket `newsloom-test`)."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.messages import AT, page
from support.processes import eventually, free_ports

from services.archive.find import archive_files
from services.archive.keeper import Keeper
from services.archive.read import pages
from services.archive.s3 import Bucket
from services.contracts.messages import PageMessage
from services.runtime.errors import Unavailable, UsageError
from services.runtime.settings import Settings
from services.runtime.waiting import Dependencies
from services.standalone.ports import is_free

BUCKET = "newsloom-test"


@pytest.fixture
def endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", os.environ.get("AWS_ACCESS_KEY_ID", "key"))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", os.environ.get("AWS_SECRET_ACCESS_KEY", "secret"))
    if given := os.environ.get("NEWSLOOM_TEST_S3"):
        yield given
        return
    port = free_ports(1)
    (tmp_path / "s3" / BUCKET).mkdir(parents=True)
    command = [sys.executable, "-m", "localbucket", "--port", str(port), str(tmp_path / "s3")]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: not is_free("127.0.0.1", port), "the S3 server listens", 30)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def settings(endpoint: str, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        archive=f"s3://{BUCKET}/{tmp_path.name}/pages",
        archive_s3_url=endpoint,
        archive_spool=tmp_path / "spool",
        archive_rotate_s=1,
    )


def dated(name: str) -> PageMessage:
    return page(name).model_copy(update={"fetched_at": AT})


def stored(settings: Settings) -> list[str]:
    found = []
    for file in archive_files(settings.archive, settings):
        with file.open(0) as stream:
            found += [item.page.url[-1] for item in pages(stream) if item.page]
    return found


async def test_complete_files_go_to_s3_and_leave_the_spool(settings: Settings) -> None:
    keeper = Keeper(settings, Dependencies())
    await keeper.start()
    tending = asyncio.create_task(keeper.tend())
    await keeper.process([dated("a"), dated("b")])
    async with asyncio.timeout(60):
        while not Bucket(settings.archive, settings).sizes():
            await asyncio.sleep(0.2)
    tending.cancel()
    await keeper.process([dated("c")])
    await keeper.stop()
    assert stored(settings) == ["a", "b", "c"]
    assert list(settings.archive_folder.iterdir()) == []
    first = archive_files(settings.archive, settings)[0]
    assert [f.name for f in archive_files(f"{settings.archive}/{first.name}", settings)] == [first.name]


async def test_what_an_outage_left_over_goes_at_the_next_start(settings: Settings) -> None:
    away = settings.model_copy(update={"archive_s3_url": "http://127.0.0.1:9"})
    keeper = Keeper(away, Dependencies())
    await keeper.start()
    await keeper.process([dated("a")])
    await keeper.stop()
    assert len(list(settings.archive_folder.glob("*.warc.gz"))) == 1
    dependencies = Dependencies()
    keeper = Keeper(settings, dependencies)
    await keeper.start()
    await keeper.stop()
    assert stored(settings) == ["a"]
    assert (list(settings.archive_folder.iterdir()), dependencies.reasons()) == ([], [])


async def test_large_files_go_in_parts_and_are_read_from_the_middle(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "large.warc.gz"
    file.write_bytes(os.urandom(12_000_000))
    bucket = Bucket(settings.archive, settings)
    await bucket.upload(file)
    assert bucket.sizes() == {"large.warc.gz": 12_000_000}
    assert bucket.open("large.warc.gz", 7_000_000).read(100) == file.read_bytes()[7_000_000:7_000_100]


async def test_a_bucket_that_is_not_there_is_said_so(settings: Settings, tmp_path: Path) -> None:
    bucket = Bucket("s3://no-such-bucket/x", settings)
    (tmp_path / "x.warc.gz").write_bytes(b"x")
    for act in (lambda: bucket.upload(tmp_path / "x.warc.gz"), lambda: asyncio.to_thread(bucket.sizes)):
        with pytest.raises(Unavailable, match=r"s3://no-such-bucket/x does not answer as it should: .*bucket"):
            await act()
    with pytest.raises(UsageError, match="there is no file"):
        archive_files(settings.archive, settings)
