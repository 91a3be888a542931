"""The archive on real Kafka: killed in the middle, and its pages sent through the pipeline again."""

import asyncio
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.checker import collect
from support.cleaning import clean_up
from support.pages import seeds
from support.processes import Child, eventually, free_ports, running
from support.topics import create_topics, produce, values

from services.archive.find import archive_files
from services.archive.read import pages
from services.contracts.messages import PageMessage
from services.contracts.topics import DEAD, FATES, INDEXED, PAGES
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
LATER = ("indexed_at", "trail")


def archive(settings: Settings, folder: Path, **environment: str) -> Child:
    return Child(settings, "archive", "services", "run", "archive", NEWSLOOM_ARCHIVE=str(folder), **environment)


def kept(folder: Path, settings: Settings) -> list[PageMessage]:
    """All pages in the archive; fails on anything broken."""
    found = []
    for file in archive_files(str(folder), settings):
        with file.open(0) as stream:
            items = list(pages(stream))
        assert file.growing or not [item for item in items if item.broken]
        found += [item.page for item in items if item.page]
    return found


def send(settings: Settings, messages: list[PageMessage]) -> None:
    async def publish() -> None:
        async with Publisher(settings) as publisher:
            await publisher.send_all(PAGES, messages)

    asyncio.run(publish())


def newsloom(settings: Settings, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of a command."""
    environment = Child(settings, "cli", "services").environment()
    command = [sys.executable, "-P", "-m", "services", *arguments, "--json"]
    done = subprocess.run(
        command, env=environment, cwd=settings.home_dir, capture_output=True, timeout=200, check=False
    )
    assert done.stdout, done.stderr.decode()
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def own(settings: Settings) -> Settings:
    return settings.model_copy(update={"http": f"127.0.0.1:{free_ports(7)}"})


@pytest.fixture
def other(own: Settings, tmp_path: Path) -> Iterator[Settings]:
    """A second namespace on the same servers."""
    prefix = f"t{secrets.token_hex(4)}-"
    yield own.model_copy(update={"namespace": prefix, "home": tmp_path / "other", "http": f"127.0.0.1:{free_ports(7)}"})
    clean_up(own, prefix)


def test_nothing_acknowledged_is_lost_whatever_is_killed(own: Settings, tmp_path: Path) -> None:
    create_topics(own)
    folder = tmp_path / "warc"
    sent = [
        PageMessage(url=f"https://a.example/{i}", text=f"{i} " + secrets.token_hex(20_000), source="a")
        for i in range(400)
    ]
    child = archive(own, folder, NEWSLOOM_ARCHIVE_ROTATE_MB="1", NEWSLOOM_BATCH="20")
    with running(child):
        for start in range(0, 400, 100):
            before = len(list(folder.glob("*")))
            send(own, sent[start : start + 100])
            eventually(lambda before=before: len(list(folder.glob("*"))) > before, "the archive writes")
            child.kill()
            child.start()
        child.wait_ready()
        eventually(lambda: {p.url for p in kept(folder, own)} == {p.url for p in sent}, "every page is kept", pause_s=1)
        produce(own, PAGES, [b"{", b'{"url": "https://a.example/none"}'])
        eventually(lambda: ((child.get("/status") or {}).get("lag")) == 0, "the broken ones are passed over")
        assert child.stop() == 0
    assert not list(folder.glob("*.open")), "a stop completes the file"
    found = {page.url: page for page in kept(folder, own)}
    assert {page.url: page.text for page in sent} == {url: page.text for url, page in found.items()}
    assert all(page.fetched_at for page in found.values()), "a page without a time has Kafka's"
    assert [values(own, topic) for topic in (*DEAD, FATES)] == [[]] * (len(DEAD) + 1), "clean speaks for the page"


def content(settings: Settings) -> dict[str, Any]:
    """What the index holds, without what tells when."""
    return {
        article["id"]: {name: value for name, value in article.items() if name not in LATER}
        for article in collect(settings).articles
    }


def stages(settings: Settings) -> list[Child]:
    return [Child(settings, name, "services", "run", name) for name in ("clean", "enrich", "index")]


def fates(settings: Settings) -> int:
    return len(collect(settings).journeys)


def test_a_replay_into_an_empty_installation_gives_the_same_index(
    own: Settings, other: Settings, tmp_path: Path
) -> None:
    create_topics(own)
    folder = tmp_path / "warc"
    cases = seeds()[:12]
    keeper = archive(own, folder)
    with running(keeper, *stages(own)):
        send(own, [case.message() for case in cases])
        eventually(lambda: fates(own) == len(cases), "all have fates", pause_s=1)
        assert keeper.stop() == 0
        first = content(own)
        assert len(first) == sum(case.fate == "indexed" for case in cases)
        # The same release over the same pages changes nothing, and the archive does not keep them twice.
        indexed = len(values(own, INDEXED))
        with running(keeper):
            assert newsloom(own, "replay", "--from-archive", str(folder))[0] == 0
            code, told = newsloom(own, "replay", "--from-topic")
            assert (code, told["sent"]) == (0, 2 * len(cases))
            eventually(lambda: (keeper.get("/status") or {}).get("in") == 3 * len(cases), "the archive reads along")
            eventually(lambda: len(values(own, INDEXED)) >= 4 * indexed, "all went through again", pause_s=1)
            assert keeper.stop() == 0
        assert content(own) == first
    assert len(kept(folder, own)) == len(cases)
    create_topics(other)
    other.home_dir.mkdir()
    code, told = newsloom(other, "replay", "--from-archive", str(folder), "--dry-run")
    assert (code, told["sent"], values(other, PAGES)) == (0, len(cases), [])
    with running(*stages(other)):
        code, told = newsloom(other, "replay", "--from-archive", str(folder), "--rate", "200")
        assert (code, told["sent"], told["broken"], told["refused"]) == (0, len(cases), {}, {})
        eventually(lambda: fates(other) == len(cases), "all have fates", pause_s=1)
    assert content(other) == first
