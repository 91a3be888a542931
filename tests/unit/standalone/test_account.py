import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.runtime.errors import UsageError
from services.standalone import account
from services.standalone.account import NOBODY, Account, data_folder, java_account, shared_folder

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes owners")
STRANGER = Account(NOBODY, NOBODY, switch=True)


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A folder that everyone may get to; pytest's own are private."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_closed_folder_on_the_way_bars_others(open_path):
    closed = open_path / "closed"
    inside = closed / "inside"
    inside.mkdir(parents=True)
    assert STRANGER.may_enter(inside)
    closed.chmod(0o700)
    assert not STRANGER.may_enter(inside)
    assert Account(os.geteuid(), os.getegid(), switch=False).may_enter(inside)
    (open_path / "link").symlink_to(inside)
    assert not STRANGER.may_enter(open_path / "link")


def test_a_group_has_its_own_bit(open_path):
    folder = open_path / "group"
    folder.mkdir(mode=0o710)
    assert Account(NOBODY, folder.stat().st_gid, switch=True).may_enter(folder)
    assert not Account(NOBODY, folder.stat().st_gid, switch=True).may_read(folder)
    assert not STRANGER.may_enter(folder)


def test_a_user_uses_the_own_home(tmp_path):
    me = Account(os.geteuid(), os.getegid(), switch=False)
    folder = data_folder(tmp_path, "kafka", me)
    assert folder == tmp_path / "kafka"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert shared_folder(tmp_path, "software", me) == tmp_path


@needs_root
def test_root_runs_java_as_nobody_or_as_the_homes_owner(tmp_path):
    assert java_account(tmp_path) == STRANGER
    os.chown(tmp_path, 1234, 1235)
    assert java_account(tmp_path) == Account(1234, 1235, switch=True)


@needs_root
def test_data_goes_elsewhere_when_the_account_is_barred_from_home(open_path, monkeypatch):
    monkeypatch.setattr(account, "PUBLIC", open_path / "public")
    home = open_path / "root" / "home"
    home.mkdir(parents=True)
    assert data_folder(home, "kafka", STRANGER) == home / "kafka"
    home.parent.chmod(0o700)
    with pytest.raises(UsageError, match=r"holds data, but user id 65534.*chmod o\+x"):
        data_folder(home, "kafka", STRANGER)
    (home / "kafka").rmdir()
    moved = data_folder(home, "kafka", STRANGER)
    assert moved.parents[1] == open_path / "public"
    assert STRANGER.may_enter(moved)
    assert moved.stat().st_uid == NOBODY
    home.parent.chmod(0o755)
    assert data_folder(home, "kafka", STRANGER) == moved


@needs_root
def test_a_home_made_anew_does_not_get_the_old_data(open_path, monkeypatch):
    monkeypatch.setattr(account, "PUBLIC", open_path / "public")
    home = open_path / "root"
    home.mkdir(mode=0o700)
    first = data_folder(home, "kafka", STRANGER)
    (home / "identity").unlink()
    assert data_folder(home, "kafka", STRANGER) != first


@needs_root
def test_software_that_the_account_can_not_read_is_copied_once(open_path, monkeypatch):
    monkeypatch.setattr(account, "PUBLIC", open_path / "public")
    source = open_path / "closed"
    (source / "bin").mkdir(parents=True)
    (source / "bin" / "java").write_text("run")
    (source / "bin" / "java").chmod(0o700)
    source.chmod(0o700)
    copy = shared_folder(source, "java-1", STRANGER)
    assert (copy / "bin" / "java").read_text() == "run"
    assert stat.S_IMODE((copy / "bin" / "java").stat().st_mode) == 0o755
    assert STRANGER.may_read(copy / "bin")
    (source / "bin" / "java").write_text("changed")
    assert shared_folder(source, "java-1", STRANGER) == copy
    assert (copy / "bin" / "java").read_text() == "run"
