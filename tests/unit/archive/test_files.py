"""What was appended is in a file, whatever happens in between."""

import errno
import os
from io import FileIO
from pathlib import Path
from typing import Any

import pytest
from support.messages import AT, page

from services.archive.files import Folder
from services.archive.read import pages
from services.archive.record import to_warc, warcinfo

MIB = 1024 * 1024


def data(name: str) -> bytes:
    return to_warc(page(name).model_copy(update={"fetched_at": AT}))


def names(path: Path) -> list[str]:
    """The last part of the URL of each page of each file, in order; fails on anything broken."""
    found = []
    for file in sorted(path.glob("*.warc.gz*")):
        with file.open("rb") as stream:
            for item in pages(stream):
                assert not item.broken, item
                found += [item.page.url.rpartition("/")[2]] if item.page else []
    return found


def folder(path: Path, **given: Any) -> Folder:
    return Folder(path, **{"most_bytes": MIB, "most_s": 100.0} | given)


def test_a_file_is_completed_by_its_rename(tmp_path: Path) -> None:
    kept = folder(tmp_path / "a" / "b")
    kept.append(data("x"))
    assert [p.name.endswith(".warc.gz.open") for p in kept.path.iterdir()] == [True]
    kept.rotate()
    kept.rotate()
    (path,) = kept.complete()
    assert path.name.startswith("newsloom-20")
    assert names(kept.path) == ["x"]


def test_size_and_age_end_a_file_and_names_sort_by_time(tmp_path: Path) -> None:
    now = [0.0]
    kept = folder(tmp_path, most_bytes=1500, most_s=10, clock=lambda: now[0])
    assert not kept.due()
    for i in range(8):
        kept.append(data(f"x{i}"))
    assert len(list(kept.complete())) >= 3
    kept.rotate()
    kept.append(data("y"))
    assert not kept.due()
    now[0] = 10.0
    assert kept.due()
    kept.rotate()
    assert names(tmp_path) == [*(f"x{i}" for i in range(8)), "y"]


@pytest.mark.parametrize("cut", [1, 50, 400])
def test_a_torn_end_is_cut_at_the_next_start(tmp_path: Path, cut: int) -> None:
    _killed(tmp_path, data("a") + data("b") + data("c")[:-cut])
    folder(tmp_path).recover()
    assert names(tmp_path) == ["a", "b"]
    assert not list(tmp_path.glob("*.open"))


def _killed(path: Path, content: bytes) -> Path:
    """What a killed worker leaves: an open file that nobody has locked."""
    left = path / "newsloom-20260101T000000000000Z-gone-1-00001.warc.gz.open"
    left.write_bytes(warcinfo(left.name, {"software": "Newsloom"}) + content)
    return left


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08\0\0"])
def test_a_file_without_a_page_goes(tmp_path: Path, content: bytes) -> None:
    _killed(tmp_path, content)
    (tmp_path / "newsloom-20250101-empty.warc.gz.open").touch()
    folder(tmp_path).recover()
    assert list(tmp_path.iterdir()) == []


def test_damage_in_the_middle_is_not_the_end(tmp_path: Path) -> None:
    middle = bytearray(data("b"))
    middle[300] ^= 255
    _killed(tmp_path, data("a") + bytes(middle) + data("c"))
    folder(tmp_path).recover()
    (path,) = tmp_path.glob("*.warc.gz")
    with path.open("rb") as stream:
        assert [f.page.url[-1] for f in pages(stream) if f.page] == ["a", "c"]


def test_a_living_workers_file_is_left_alone(tmp_path: Path) -> None:
    living = folder(tmp_path)
    living.append(data("a"))
    folder(tmp_path).recover()
    assert len(list(tmp_path.glob("*.open"))) == 1
    living.append(data("b"))
    living.rotate()
    assert names(tmp_path) == ["a", "b"]


class _Full(FileIO):
    """A file on a disk that is full after some bytes."""

    room = 10_000

    def write(self, data: Any, /) -> int:
        if _Full.room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = super().write(bytes(data)[: _Full.room])
        _Full.room -= taken
        return taken


def test_a_full_disk_takes_nothing_by_halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.archive.files.FileIO", _Full)
    kept = folder(tmp_path)
    _Full.room = 10_000
    kept.append(data("a"))
    _Full.room = 300
    for _ in range(3):
        with pytest.raises(OSError, match="No space left"):
            kept.append(data("b"))
    _Full.room = 10_000
    kept.append(data("b"))
    kept.rotate()
    assert names(tmp_path) == ["a", "b"]


def test_a_full_disk_leaves_no_file_that_was_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.archive.files.FileIO", _Full)
    _Full.room = 10
    with pytest.raises(OSError, match="No space left"):
        folder(tmp_path).append(data("a"))
    assert list(tmp_path.iterdir()) == []
