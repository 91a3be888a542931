import hashlib
from pathlib import Path

import pytest

from services.standalone.downloads.transfer import TRIES, DownloadError, fetch

CONTENT = bytes(range(256)) * 4000
SHA = hashlib.sha256(CONTENT).hexdigest()


def get(repository, target: Path, sha: str = SHA) -> int:
    """Fetch; the sum of what was told of bytes."""
    told: list[int] = []
    fetch(f"{repository.base}/file", target, len(CONTENT), sha, told.append)
    return sum(told)


@pytest.fixture
def target(repository, tmp_path: Path) -> Path:
    repository.files["/file"] = CONTENT
    return tmp_path / "deep" / "file"


def test_fetches_a_file_and_tells_of_each_byte_once(repository, target):
    assert get(repository, target) == len(CONTENT)
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


def test_resumes_what_an_earlier_run_left(repository, target):
    target.parent.mkdir()
    target.with_name("file.part").write_bytes(CONTENT[:1000])
    assert get(repository, target) == len(CONTENT)
    assert repository.requests == [("/file", "bytes=1000-")]
    assert target.read_bytes() == CONTENT


def test_resumes_a_transfer_that_was_cut(repository, target):
    repository.cut = [300_000]
    assert get(repository, target) == len(CONTENT)
    assert len(repository.requests) == 2
    assert repository.requests[1][1] is not None
    assert target.read_bytes() == CONTENT


def test_begins_anew_with_a_server_that_knows_no_ranges(repository, target):
    repository.ranges = False
    target.parent.mkdir()
    target.with_name("file.part").write_bytes(b"x" * 1000)
    assert get(repository, target) == len(CONTENT)
    assert target.read_bytes() == CONTENT


def test_a_whole_part_file_needs_no_request(repository, target):
    target.parent.mkdir()
    target.with_name("file.part").write_bytes(CONTENT)
    assert get(repository, target) == len(CONTENT)
    assert repository.requests == []


@pytest.mark.parametrize("left", [b"x" * 1000, b"x" * len(CONTENT), b"x" * (len(CONTENT) + 1)])
def test_a_wrong_part_file_is_thrown_away(repository, target, left):
    target.parent.mkdir()
    target.with_name("file.part").write_bytes(left)
    assert get(repository, target) == len(CONTENT)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_tries_again_when_the_server_may_recover(repository, target, status):
    repository.answers = [status, status]
    get(repository, target)
    assert len(repository.requests) == 3
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("status", [401, 403, 404])
def test_gives_up_at_once_when_trying_again_is_no_use(repository, target, status):
    repository.answers = [status]
    with pytest.raises(DownloadError, match=f"answered {status}.*NEWSLOOM_MAVEN_URL"):
        get(repository, target)
    assert len(repository.requests) == 1


def test_a_file_that_is_not_the_pinned_one_is_refused_and_not_kept(repository, target):
    with pytest.raises(DownloadError, match="SHA-256 is " + SHA):
        get(repository, target, sha="0" * 64)
    assert len(repository.requests) == TRIES
    assert list(target.parent.iterdir()) == []


def test_a_longer_file_is_refused(repository, target):
    repository.files["/file"] = CONTENT * 2
    with pytest.raises(DownloadError, match="SHA-256"):
        get(repository, target)


def test_no_server_is_a_clear_error(repository, tmp_path):
    with pytest.raises(DownloadError, match=r"could not be downloaded in \d tries.*refused"):
        fetch("http://127.0.0.1:9/file", tmp_path / "file", 1, SHA, lambda _: None)
