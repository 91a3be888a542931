import os

import psutil
import pytest

from services.runtime.errors import UsageError
from services.standalone import state
from services.standalone.state import ProcessState, new_state


def test_what_is_written_is_read(tmp_path):
    written = new_state([ProcessState("kafka", "127.0.0.1:9092", pid=5, created=1.5)])
    state.write(tmp_path, written)
    assert state.read(tmp_path) == written
    assert written.alive
    assert written.pid == os.getpid()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"processes": [{"nonsense": 1}]}', '{"processes": []}'])
def test_a_state_that_can_not_be_read_is_none(tmp_path, text):
    assert state.read(tmp_path) is None
    (state.run_folder(tmp_path) / "state.json").write_text(text)
    assert state.read(tmp_path) is None


def test_a_recycled_pid_is_not_alive():
    assert not state.StackState(os.getpid(), created=1.0).alive


def test_the_lock_is_seen_refused_and_let_go(tmp_path):
    assert not state.is_locked(tmp_path)
    with state.lock(tmp_path):
        assert state.is_locked(tmp_path)
        with pytest.raises(UsageError, match="already runs"), state.lock(tmp_path):
            pass
    assert not state.is_locked(tmp_path)


def test_a_home_that_can_not_be_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"NEWSLOOM_HOME .*file/home can not be used"):
        state.run_folder(tmp_path / "file" / "home")


def test_a_clock_that_was_set_changes_nothing(monkeypatch):
    mine = new_state([])
    boot, since = psutil.boot_time(), psutil.Process.create_time
    monkeypatch.setattr(psutil, "boot_time", lambda: boot + 86_400)  # both are reckoned from the clock as it is now
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: since(self) + 86_400)
    assert mine.alive
