"""Replays without Kafka: what is chosen, what is refused, and where a second run goes on."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.messages import AT, page, settings_for_tests

from services.archive.find import archive_files
from services.archive.record import to_warc, warcinfo
from services.commands.replay import _time
from services.commands.replay_choice import Bookmark, Choice
from services.commands.replay_read import Batch, from_files
from services.commands.replay_send import Tally, replay
from services.contracts.messages import PageMessage
from services.runtime.errors import UsageError
from services.runtime.publisher import MessageTooLarge

SETTINGS = settings_for_tests()


def dated(number: int) -> PageMessage:
    fields = {"fetched_at": AT + timedelta(hours=number), "source": f"s{number % 2}"}
    return page(str(number)).model_copy(update=fields)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files of five pages each."""
    for first in (0, 5):
        content = b"".join(to_warc(dated(number)) for number in range(first, first + 5))
        (tmp_path / f"{first}.warc.gz").write_bytes(warcinfo("x", {"software": "x"}) + content)
    return tmp_path


class Sent(list[str]):
    """Pages that were sent, by the end of their URL."""

    async def __call__(self, message: PageMessage) -> None:
        if message.url.endswith("/8"):
            raise MessageTooLarge("33 MiB")
        self.append(message.url.rpartition("/")[2])


async def run(
    folder: Path, choice: Choice, start: tuple[str, int] | None = None, most: int = 3, stop_after: int = 99
) -> tuple[list[str], Tally, list[tuple[str, int]], list[str]]:
    sent, marks, complaints = Sent(), [], []

    async def batches() -> AsyncIterator[Batch]:
        taken = 0
        async for batch in from_files(archive_files(str(folder), SETTINGS), start, most, 1000):
            if taken < stop_after:
                yield batch
            taken += 1

    tally = await replay(
        batches(), choice, sent, None, lambda batch, _: marks.append((batch.place, batch.end)), complaints.append
    )
    return list(sent), tally, marks, complaints


async def test_all_pages_in_order_and_what_is_refused_is_named(folder: Path) -> None:
    sent, tally, _, complaints = await run(folder, Choice())
    assert sent == list("012345679")
    assert tally.as_json() == {
        "sent": 9,
        "not_chosen": 0,
        "refused": {"too large": 1},
        "broken": {},
        "passed": {"a record of the type warcinfo": 2},
    }
    assert tally.faults == 1
    assert complaints == ["refused: https://news.example/8: 33 MiB"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(since=AT + timedelta(hours=7)), "79"),
        (Choice(until=AT + timedelta(hours=2)), "01"),
        (Choice(sources=("s1",)), "13579"),
        (Choice(url="https://news.example/[34]"), "34"),
        (Choice(url="https://other.example/*"), ""),
    ],
)
async def test_what_is_chosen(folder: Path, choice: Choice, expected: str) -> None:
    sent, tally, _, _ = await run(folder, choice)
    assert sent == list(expected)
    assert tally.sent + tally.not_chosen + tally.refused.total() == 10


@given(st.integers(1, 12), st.integers(0, 12))
@settings(max_examples=15)
def test_a_second_run_goes_on_where_the_first_was_ended(
    tmp_path_factory: pytest.TempPathFactory, most: int, stop_after: int
) -> None:
    folder = tmp_path_factory.mktemp("warc")
    (folder / "a.warc.gz").write_bytes(b"".join(to_warc(dated(number)) for number in range(4)))
    (folder / "b.warc").write_bytes(gzip.decompress(b"".join(to_warc(dated(number)) for number in range(4, 7))))

    async def twice() -> list[str]:
        first, _, marks, _ = await run(folder, Choice(), most=most, stop_after=stop_after)
        second, _, _, _ = await run(folder, Choice(), start=marks[-1] if marks else None, most=most)
        return first + second

    assert asyncio.run(twice()) == list("0123456")


async def test_broken_records_and_urls_are_named_and_passed(folder: Path) -> None:
    data = bytearray((folder / "0.warc.gz").read_bytes())
    data[-20] ^= 255
    (folder / "0.warc.gz").write_bytes(data + to_warc(dated(4).model_copy(update={"url": "nowhere"})))
    sent, tally, _, complaints = await run(folder, Choice())
    assert sent == list("01235679")
    assert (tally.broken.total(), tally.refused) == (1, {"too large": 1, "invalid URL": 1})
    assert "0.warc.gz, offset" in complaints[0]


async def test_a_file_that_still_grows_has_no_torn_end(folder: Path) -> None:
    data = (folder / "5.warc.gz").read_bytes()
    (folder / "5.warc.gz").rename(folder / "5.warc.gz.open")
    (folder / "5.warc.gz.open").write_bytes(data[:-30])
    sent, tally, _, _ = await run(folder, Choice())
    assert sent == list("01234567")
    assert tally.broken.total() == 0


async def test_a_file_that_was_completed_since_it_was_listed(folder: Path) -> None:
    (folder / "5.warc.gz").rename(folder / "5.warc.gz.open")
    (listed,) = [file for file in archive_files(str(folder), SETTINGS) if file.growing]
    (folder / "5.warc.gz.open").rename(folder / "5.warc.gz")
    with listed.open(0) as stream:
        assert stream.read(2) == b"\x1f\x8b"
    (folder / "5.warc.gz").unlink()
    with pytest.raises(UsageError, match="is gone"):
        listed.open(0)


async def test_no_more_than_the_rate(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("services.commands.replay_send.asyncio.sleep", sleep)
    monkeypatch.setattr("services.commands.replay_send.time.monotonic", lambda: 100.0)
    batches = from_files(archive_files(str(folder / "0.warc.gz"), SETTINGS), None, 2, 1000)
    await replay(batches, Choice(), Sent(), 2.0, lambda *_: None, print)
    assert slept == sorted(slept)
    assert slept[-1] == 2.5, "five pages at two a second"


def test_bookmarks_belong_to_one_replay(tmp_path: Path) -> None:
    own = settings_for_tests(home=tmp_path)
    mark = Bookmark(own, "warc", Choice())
    assert mark.read() is None
    mark.write("a.warc.gz", 7)
    assert Bookmark(own, "warc", Choice()).read() == ("a.warc.gz", 7)
    assert Bookmark(own, "warc", Choice(url="x")).read() is None
    assert Bookmark(own, "other", Choice()).read() is None
    mark.remove()
    mark.remove()
    assert mark.read() is None


@pytest.mark.parametrize("where", ["none", "."])
def test_where_nothing_lies_is_said_so(tmp_path: Path, where: str) -> None:
    with pytest.raises(UsageError, match=r"there is no"):
        archive_files(str(tmp_path / where), SETTINGS)


def test_times() -> None:
    assert _time("--since", None) is None
    assert _time("--since", "2026-11-22T08:30:00Z") == AT
    with pytest.raises(UsageError, match="--since yesterday: expected a time"):
        _time("--since", "yesterday")
