"""Folders without Kafka: which files there are, what is published once, and where a second run goes on."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.messages import settings_for_tests

from services.commands import publish_folder, publish_send
from services.commands.publish_folder import Folder, FolderTally
from services.commands.publish_folder_run import summary
from services.commands.publish_look import look
from services.commands.publish_page import Told
from services.commands.publish_state import Published
from services.contracts.messages import Message
from services.contracts.topics import Topic
from services.runtime.errors import NewsloomError
from services.runtime.publisher import MessageTooLarge

TOLD = Told(base_url="https://news.example/")


class Killed(Exception):
    """The process ends here."""


class Kafka(list[str]):
    """Takes messages, and is killed after `room` of them."""

    room = 10_000

    async def __call__(self, topic: Topic, message: Message) -> None:
        if len(self) >= self.room:
            raise Killed
        if message.url.endswith("large.txt"):
            raise MessageTooLarge("33 MiB")
        self.append(message.url.removeprefix("https://news.example/"))


@contextmanager
def opened(home: Path, folder: Path, kafka: Kafka, told: Told = TOLD) -> Iterator[Folder]:
    with closing(Published(settings_for_tests(home=home), folder, told)) as published:
        yield Folder(folder, told, published, kafka, lambda: None)


def run(home: Path, folder: Path, kafka: Kafka, told: Told = TOLD) -> FolderTally:
    with opened(home, folder, kafka, told) as work:
        asyncio.run(work.once())
        return work.tally


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = (tmp_path / "news").resolve()
    (folder / "b").mkdir(parents=True)
    for name in ("c.txt", "b/a.txt", "b/b.html"):
        (folder / name).write_text("A title\n\nA text")
    return folder


def test_files_are_found_in_order_and_no_link_leads_out(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("a secret")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "up").symlink_to(tmp_path)
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere.txt").symlink_to(tmp_path / "none")
    (folder / "within.txt").symlink_to(folder / "c.txt")
    (folder / ".hidden.txt").write_text("x")
    (folder / ".git").mkdir()
    (folder / ".git" / "x.txt").write_text("x")
    (folder / "x.jpg").write_bytes(b"x")
    os.mkfifo(folder / "pipe.txt")
    found = list(look(folder))
    assert [e.name for e in found if not e.passed and not e.refused] == ["c.txt", "within.txt", "b/a.txt", "b/b.html"]
    assert {e.name: e.passed for e in found if e.passed} == {
        "loop": "a link to a folder",
        "up": "a link out of the folder",
        "out.txt": "a link out of the folder",
        "pipe.txt": "no regular file",
        "x.jpg": "a file of the kind .jpg",
    }
    assert {e.name: e.refused for e in found if e.refused} == {
        "nowhere.txt": "it can not be read: No such file or directory"
    }


def test_names_that_are_no_text_are_published_and_shown_without_harm(folder: Path, tmp_path: Path) -> None:
    (folder / os.fsdecode(b"\xff\x1b[31m.txt")).write_text("A title\n\nA text")
    kafka = Kafka()
    assert run(tmp_path, folder, kafka).files == 4
    assert "%FF%1B%5B31m.txt" in kafka
    assert run(tmp_path, folder, kafka).unchanged == 4
    assert "��[31m.txt" in [entry.shown for entry in look(folder)]


def test_each_file_is_published_once_until_it_changes(folder: Path, tmp_path: Path) -> None:
    kafka = Kafka()
    tally = run(tmp_path, folder, kafka)
    assert (tally.files, tally.unchanged, kafka) == (3, 0, ["c.txt", "b/a.txt", "b/b.html"])
    assert summary(folder, tally)["messages"] == {"text": 2, "html": 1}
    (folder / "c.txt").write_text("Another title\n\nA text")
    (folder / "new.txt").write_text("A title\n\nA text")
    tally = run(tmp_path, folder, kafka)
    assert (tally.files, tally.unchanged, kafka[3:]) == (2, 2, ["c.txt", "new.txt"])
    assert run(tmp_path, folder, kafka, Told(base_url="https://news.example/", source="x")).files == 4
    with opened(tmp_path, folder, kafka) as work:
        work.published.forget()
    assert run(tmp_path, folder, kafka).files == 4


def test_what_is_broken_is_told_each_time_and_the_others_go_on(folder: Path, tmp_path: Path) -> None:
    (folder / "bad.txt").write_bytes(b"\xff")
    (folder / "large.txt").write_text("A title\n\nA text")
    (folder / "lines.ndjson").write_text(
        '{"url": "https://news.example/1"}\nnonsense\n{"url": "https://news.example/2"}'
    )
    kafka = Kafka()
    tally = run(tmp_path, folder, kafka)
    assert kafka == ["c.txt", "1", "2", "b/a.txt", "b/b.html"]
    assert [where for where, _ in tally.refusals] == ["bad.txt", "large.txt", "lines.ndjson, line 2"]
    again = run(tmp_path, folder, kafka)
    assert [where for where, _ in again.refusals] == ["bad.txt"]
    assert again.files == 0


@given(st.integers(0, 14), st.integers(1, 6))
@settings(max_examples=25)
def test_a_kill_anywhere_costs_at_most_a_batch_sent_twice(
    tmp_path_factory: pytest.TempPathFactory, room: int, most: int
) -> None:
    root = tmp_path_factory.mktemp("killed").resolve()
    (root / "news").mkdir()
    for file in "ab":
        lines = "".join(f'{{"url": "https://news.example/{file}{n}"}}\n' for n in range(5))
        (root / "news" / f"{file}.ndjson").write_text(lines)
    (root / "news" / "c.txt").write_text("A title\n\nA text")
    first, second = Kafka(), Kafka()
    first.room = room
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish_send, "MOST", most)
        with opened(root, root / "news", first) as work:
            try:
                asyncio.run(work.once())
            except Killed:
                assert len(first) == room
        run(root, root / "news", second)
    assert set(first) | set(second) == {*(f"{file}{n}" for file in "ab" for n in range(5)), "c.txt"}
    assert len(first) + len(second) <= 11 + most


async def test_a_watched_file_is_published_once_it_is_complete(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish_folder, "LOOK_S", 0)
    looks: list[int] = []
    stop, kafka = asyncio.Event(), Kafka()

    def looked(path: Path) -> list[object]:
        looks.append(len(kafka))
        if len(looks) in (3, 4):
            with (folder / "grows.ndjson").open("a") as file:
                file.write(f'{{"url": "https://news.example/{len(looks)}"}}\n')
        if len(looks) == 8:
            stop.set()
        return list(look(path))

    monkeypatch.setattr(publish_folder, "look", looked)
    with opened(tmp_path, folder, kafka) as work:
        await work.watch(stop)
    assert kafka == ["c.txt", "b/a.txt", "b/b.html", "3", "4"]
    # Nothing at the first two looks; the file that grew at the third and fourth only after the fifth.
    assert looks == [0, 0, 3, 3, 3, 5, 5, 5]


def test_a_state_that_can_not_be_used_says_which_file_it_is(folder: Path, tmp_path: Path) -> None:
    with opened(tmp_path, folder, Kafka()) as work:
        path = work.published.path
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(NewsloomError, match=f"{path.name}.* without it everything is published again"):
        run(tmp_path, folder, Kafka())


def test_a_state_that_can_no_longer_be_written_ends_the_run_in_words(folder: Path, tmp_path: Path) -> None:
    with opened(tmp_path, folder, Kafka()) as work:
        work.published.close()
        with pytest.raises(NewsloomError, match="which says what is published already"):
            asyncio.run(work.once())
