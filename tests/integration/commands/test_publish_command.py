"""`newsloom publish` as people call it: a process of its own, files on a disk, a real Kafka."""

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import pytest
from support.messages import AT, page
from support.processes import eventually
from support.topics import create_topics, values

from services.archive.record import to_warc
from services.contracts.topics import PAGES, URLS
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack
CANONICAL = "<html><head><link rel=canonical href='https://told.example/a'></head><body><p>Text</p></body></html>"


class Command:
    """Runs `newsloom publish …` with the test's settings."""

    def __init__(self, settings: Settings, home: Path) -> None:
        self.home = home
        self._environment = {
            **os.environ,
            "NEWSLOOM_HOME": str(home),
            "NEWSLOOM_NAMESPACE": settings.namespace,
            "NEWSLOOM_KAFKA": settings.kafka,
            "NEWSLOOM_MAX_PAGE_BYTES": "20000",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "services", "publish", *arguments], env=self._environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err


@pytest.fixture
def command(settings: Settings, tmp_path: Path) -> Command:
    (tmp_path / "home").mkdir()
    (tmp_path / "news" / "deep").mkdir(parents=True)
    return Command(settings, tmp_path / "home")


@pytest.fixture
def publish(settings: Settings, command: Command) -> Command:
    create_topics(settings)
    return command


def fill(news: Path) -> None:
    """A folder with a file of each kind, and each kind of trouble."""
    (news / "a.html").write_text(CANONICAL)
    (news / "deep" / "b.html").write_text("<p>says no address")
    (news / "deep" / "c.md").write_text("# A title\n\nA text")
    (news / "urls.txt").write_text("https://news.example/1\nhttps://news.example/2\n")
    (news / "lines.ndjson.gz").write_bytes(gzip.compress(b'{"url": "https://news.example/3", "text": "x"}\nnonsense\n'))
    (news / "kept.warc.gz").write_bytes(to_warc(page("4").model_copy(update={"fetched_at": AT})))
    (news / "large.html").write_text("x" * 30_000)
    (news / "picture.jpg").write_bytes(b"x")


def test_a_folder_of_all_kinds(settings: Settings, publish: Command, tmp_path: Path) -> None:
    news = tmp_path / "news"
    fill(news)
    code, out, err = publish(str(news), "--source", "mine", "--base-url", "https://news.example/kept", "--json")
    summary = json.loads(out)
    assert code == 1
    assert summary["messages"] == {"html": 2, "warc": 1, "ndjson": 1, "url": 2, "text": 1}
    assert summary["files"] == {"published": 6, "unchanged": 0}
    assert summary["passed_over"] == {"a file of the kind .jpg": 1}
    assert {r["entry"] for r in summary["refusals"]} == {"large.html", "lines.ndjson.gz, line 2"}
    assert "large.html: refused: it has more than 20,000 bytes (NEWSLOOM_MAX_PAGE_BYTES)" in err
    assert "messages" in err  # progress, as lines
    assert {v["url"]: v["source"] for v in values(settings, PAGES)} == {
        "https://told.example/a": "mine",
        "https://news.example/kept/deep/b.html": "mine",
        "https://news.example/kept/deep/c.md": "mine",
        "https://news.example/3": "mine",
        "https://news.example/4": "mine",
    }
    assert sorted(v["url"] for v in values(settings, URLS)) == ["https://news.example/1", "https://news.example/2"]
    code, out, _ = publish(str(news), "--source", "mine", "--base-url", "https://news.example/kept/")
    assert (code, "0 messages published" in out, "files published before: 6" in out) == (1, True, True)
    assert len(values(settings, PAGES)) == 5


def test_a_killed_run_goes_on_where_kafka_had_confirmed(settings: Settings, publish: Command, tmp_path: Path) -> None:
    news = tmp_path / "news"
    lines = "".join(f'{{"url": "https://news.example/{n}", "text": "x"}}\n' for n in range(6000))
    (news / "lines.jsonl").write_text(lines)
    for name in range(200):
        (news / "deep" / f"{name}.txt").write_text(f"Title {name}\n\nA text")
    arguments = (str(news), "--base-url", "https://news.example/")
    process = publish.start(*arguments)

    def begun() -> bool:
        with (
            suppress(sqlite3.Error),
            closing(sqlite3.connect(next((publish.home / "publish").glob("*.sqlite"), ""))) as db,
        ):
            return db.execute("SELECT count(*) FROM files WHERE done > 0").fetchone()[0] > 0
        return False

    eventually(begun, "a batch is noted", pause_s=0.005)
    process.kill()
    process.communicate()
    before = len(values(settings, PAGES))
    assert 0 < before < 6200
    code, out, _ = publish(*arguments, "--json")
    assert code == 0
    found = Counter(v["url"] for v in values(settings, PAGES))
    assert len(found) == 6200
    assert found.total() - 6200 <= 200  # the one batch that was under way
    assert json.loads(out)["messages"]["ndjson"] + json.loads(out)["messages"]["text"] == found.total() - before


def test_a_watched_folder_is_published_until_told_to_stop(settings: Settings, publish: Command, tmp_path: Path) -> None:
    news = tmp_path / "news"
    process = publish.start(str(news), "--watch", "--json")
    (news / "urls.txt").write_text("https://news.example/1\n")
    eventually(lambda: len(values(settings, URLS)) == 1, "the first file is published")
    (news / "more.txt").write_text("https://news.example/2\n")
    eventually(lambda: len(values(settings, URLS)) == 2, "the second file is published")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in err) == (0, False)
    assert json.loads(out)["files"] == {"published": 2, "unchanged": 0}


@pytest.mark.parametrize(
    ("arguments", "about"),
    [
        (("{news}", "--url", "https://news.example/"), "--base-url"),
        (("{news}", "--base-url", "news"), "not an absolute http"),
        (("https://news.example/", "--watch"), "go with a folder"),
        (("{news}/none.html",), "there is no file"),
        (("{news}/a.pdf",), "what kind of file"),
    ],
)
def test_wrong_use_says_what_to_do(command: Command, tmp_path: Path, arguments: tuple[str, ...], about: str) -> None:
    news = tmp_path / "news"
    (news / "a.pdf").write_bytes(b"%PDF-1.7")
    code, _, err = command(*(argument.format(news=news) for argument in arguments))
    assert (code, about in err, "Traceback" in err) == (2, True, False)


def test_files_alone_of_any_kind_are_published_each_time(settings: Settings, publish: Command, tmp_path: Path) -> None:
    news = tmp_path / "news"
    fill(news)
    code, out, _ = publish(str(news / "a.html"))
    assert (code, "newsloom journey 'https://told.example/a'" in out) == (0, True)
    code, out, err = publish(str(news / "lines.ndjson.gz"))
    assert (code, out, "line 2: refused: not UTF-8 JSON" in err) == (1, "1 published, 1 refused\n", True)
    assert publish(str(news / "lines.ndjson.gz"))[0] == 1
    assert len(values(settings, PAGES)) == 3
    code, out, _ = publish(str(news / "urls.txt"), "--json")
    assert [json.loads(line)["topic"] for line in out.splitlines()] == [URLS.name] * 2
