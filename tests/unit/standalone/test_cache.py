import fcntl
import threading

import pytest

from services.standalone.downloads.cache import Cache
from services.standalone.downloads.transfer import DownloadError


@pytest.fixture
def cache(repository, tmp_path):
    return Cache(tmp_path / "cache", repository.base + "/")


def test_downloads_once_and_then_asks_nobody(repository, cache):
    wanted = [repository.add(f"lib{n}", bytes([n]) * 1000) for n in range(6)]
    paths = cache.ensure(wanted, "libraries")
    assert [path.read_bytes() for path in paths] == [bytes([n]) * 1000 for n in range(6)]
    repository.requests.clear()
    assert Cache(cache.folder, repository.base).ensure(wanted, "libraries") == paths
    assert repository.requests == []


def test_a_second_look_does_not_read_the_files(repository, cache, monkeypatch):
    wanted = [repository.add("lib", b"content")]
    cache.ensure(wanted, "libraries")
    monkeypatch.setattr("services.standalone.downloads.cache.sha256_of", lambda path: pytest.fail(f"read {path}"))
    assert cache.missing(wanted) == []


def test_a_shortened_file_is_fetched_again(repository, cache):
    (path,) = cache.ensure([artifact := repository.add("lib", b"content")], "libraries")
    path.write_bytes(b"cont")
    cache.ensure([artifact], "libraries")
    assert path.read_bytes() == b"content"


def test_a_changed_file_of_the_same_size_is_found_and_fetched_again(repository, cache):
    (path,) = cache.ensure([artifact := repository.add("lib", b"content")], "libraries")
    path.write_bytes(b"CONTENT")
    assert cache.damaged([artifact]) == [artifact]
    cache.ensure([artifact], "libraries")
    assert path.read_bytes() == b"content"
    assert cache.damaged([artifact]) == []


def test_files_without_a_note_are_verified_by_their_hash(repository, cache):
    (path,) = cache.ensure([artifact := repository.add("lib", b"content")], "libraries")
    path.with_name(path.name + ".verified").write_text("{half a no")
    repository.requests.clear()
    assert cache.missing([artifact]) == []
    assert repository.requests == []


def test_one_that_can_not_be_had_is_an_error(repository, cache):
    wanted = [repository.add("there", b"a"), repository.add("gone", b"b")]
    del repository.files["/" + wanted[1].path]
    with pytest.raises(DownloadError, match=r"gone-1\.0\.jar: the server answered 404"):
        cache.ensure(wanted, "libraries")


def test_waits_for_another_process_that_fills_the_cache(repository, cache, capsys):
    artifact = repository.add("lib", b"content")
    cache.folder.mkdir()
    with (cache.folder / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        thread = threading.Thread(target=cache.ensure, args=([artifact], "libraries"))
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join()
    assert "waiting for it" in capsys.readouterr().err
    assert cache.missing([artifact]) == []
