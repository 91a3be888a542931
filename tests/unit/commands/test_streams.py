"""What the command line does with a standard output that is no friendly terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def newsloom(*arguments: str, out: int = subprocess.PIPE, given: bytes = b"", **env: str) -> tuple[int, bytes, str]:
    """Exit code, standard output, standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "services", *arguments],
        input=given, stdout=out, stderr=subprocess.PIPE, env=os.environ | env, cwd=ROOT, check=False, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr.decode()


def test_letters_that_the_terminal_lacks_are_escaped() -> None:
    code, out, err = newsloom("topics", PYTHONIOENCODING="ascii")
    assert (code, err) == (0, "")
    assert b"anyone, fetch, search \\u2192 fetch" in out


def test_json_is_utf8_whatever_the_terminal_takes() -> None:
    line = json.dumps({"id": "é", "title": "", "body": "", "language": "und"}, ensure_ascii=False)
    code, out, _ = newsloom("enrich", given=line.encode(), PYTHONIOENCODING="ascii")
    assert code == 0
    assert json.loads(out.decode("utf-8"))["id"] == "é"


def test_off_a_terminal_each_row_of_a_table_is_one_line() -> None:
    _, out, _ = newsloom("topics")
    rows = out.decode().splitlines()
    assert [row.split()[-4:] for row in rows if row.startswith("news.urls.v1 ")] == [["7", "days", "1", "MiB"]]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [("topics",), ("topics", "--json"), ("topics", "--help")])
def test_a_full_disk_is_said_in_a_line(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        code, _, err = newsloom(*arguments, out=full.fileno())
    assert code == 1
    assert err == "newsloom: can not write: No space left on device; free some room and do it again\n"


def test_a_folder_that_is_not_there_is_said_before_anything_is_read(tmp_path: Path) -> None:
    code, out, err = newsloom("enrich", "--html", str(tmp_path / "none" / "x.html"))
    assert (code, out) == (2, b"")
    assert err == f"newsloom: --html {tmp_path}/none/x.html can not be written: No such file or directory\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("publish", "ftp://a.example/x"), "newsloom: ftp://a.example/x: nothing is fetched by ftp; give an http or "),
        (("publish", "nowhere/a.html"), "newsloom: there is no file nowhere/a.html; give a URL"),
        (("publish", "n" * 300), f"newsloom: {'n' * 200}: can not be read: File name too long"),
        (("keys", "create", " "), "newsloom: the name is empty"),
        (("dead", "show", "12"), "newsloom: '12' names no message; `newsloom dead list` names them"),
        (("replay", "--from-archive", "s3://"), "newsloom: s3:// names no bucket; give s3://BUCKET"),
        (
            ("sources", "test", "news.example"),
            "newsloom: no source at news.example: 'news.example' has no scheme (such as https://)",
        ),
    ],
)
def test_wrong_use_is_told_in_a_line(arguments: tuple[str, ...], said: str) -> None:
    code, _, err = newsloom(*arguments, NEWSLOOM_KAFKA="127.0.0.1:1", NEWSLOOM_ELASTICSEARCH="http://127.0.0.1:1")
    assert code in (1, 2)
    assert err.startswith(said)
    assert err.count("\n") == 1


def test_kafka_that_is_away_is_told_in_a_line() -> None:
    code, _, err = newsloom("publish", "https://a.example/", NEWSLOOM_KAFKA="127.0.0.1:1")
    assert (code, err) == (3, "newsloom: Kafka at 127.0.0.1:1 does not answer (Connection refused); is it up?\n")
