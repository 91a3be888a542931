"""`newsloom sources` as people call it: a process of its own, a real Elasticsearch, a site on loopback."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.runtime.settings import Settings
from tests.support.site import Site, answer, serving

pytestmark = pytest.mark.stack
RSS = b"<rss version='2.0'><channel><title>Coast</title><item><title>A</title><link>/a</link></item></channel></rss>"
HOME = b"<html><link rel=alternate type=application/rss+xml href=/feed></html>"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving(Site(routes={"/": answer(HOME), "/feed": answer(RSS)})) as site:
        yield site


class Command:
    """Runs `newsloom sources …` with the test's settings."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._folder = folder
        self._environment = {
            **os.environ,
            "NEWSLOOM_NAMESPACE": settings.namespace,
            "NEWSLOOM_ELASTICSEARCH": settings.es_url,
            "NEWSLOOM_FETCH_ALLOW": "127.0.0.0/8",
            "NEWSLOOM_FETCH_DELAY_S": "0",
        }

    async def __call__(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services", "sources", *arguments, cwd=self._folder,
            env=self._environment | environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, out.decode(), err.decode()


@pytest.fixture
def sources(settings: Settings, tmp_path: Path) -> Command:
    return Command(settings, tmp_path)


async def test_add_list_and_preview(sources: Command, site: Site) -> None:
    code, out, _ = await sources("test", site.url("/", "localhost"), "--json")
    assert code == 0
    assert json.loads(out)[0]["items"][0]["title"] == "A"
    assert json.loads((await sources("list", "--json"))[1]) == []
    code, out, _ = await sources("add", site.url("/", "localhost"), "--interval", "60", "--full-text", "--tag", "x")
    assert (code, "1 added" in out) == (0, True)
    code, out, _ = await sources("add", site.url("/feed", "localhost"), "--name", "Harbour", "--json")
    assert json.loads(out) == {"added": 0, "merged": 1, "unchanged": 0, "duplicates": 0, "refused": []}
    (source,) = json.loads((await sources("list", "--json"))[1])
    assert (source["name"], source["interval_s"], source["tags"]) == ("Harbour", 60, ["x"])
    assert source["full_text"] is True
    assert source["home"] == site.url("/", "localhost")
    assert source["feeds"] == [site.url("/feed", "localhost")]
    code, out, _ = await sources("list")
    assert (code, "1 sources" in out, "Harbour" in out) == (0, True, True)
    code, out, _ = await sources("test", site.url("/feed", "localhost"))
    assert (code, "1 items" in out) == (0, True)


async def test_load_import_and_export(sources: Command, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("- {name: One, feed: 'https://one.example/'}\n- {name: None}\n")
    code, out, err = await sources("load", "s.yaml")
    assert (code, "1 added" in out, "refused entry 2: None: it names no feed" in err) == (1, True, True)
    outlines = "".join(f'<outline text="{n}" xmlUrl="https://{n % 900}.feeds.example/"/>' for n in range(999))
    (tmp_path / "s.opml").write_text(f'<opml><body>{outlines}<outline text="bad" xmlUrl="no url"/></body></opml>')
    code, out, _ = await sources("import", "s.opml", "--json")
    summary = json.loads(out)
    assert code == 1
    assert (summary["added"], summary["merged"], summary["duplicates"]) == (900, 0, 99)
    assert [entry["entry"] for entry in summary["refused"]] == ["line 1: no url"]
    assert (await sources("export", "out.opml"))[0] == 0
    code, out, _ = await sources("import", "out.opml")
    assert (code, "901 unchanged" in out) == (0, True)
    code, out, _ = await sources("export")
    assert (code, out.count("xmlUrl=")) == (0, 901)


@pytest.mark.parametrize(
    ("arguments", "code", "about"),
    [
        (("add", "http://127.0.0.1:1/"), 1, "Connection refused"),
        (("add", "no url"), 1, "only http and https"),
        (("load", "none.yaml"), 2, "can not be read: No such file"),
        (("import", "none.opml"), 2, "can not be read: No such file"),
        (("export", "no/folder/x"), 2, "can not be written: No such file"),
    ],
)
async def test_what_goes_wrong_says_so(sources: Command, arguments: tuple[str, ...], code: int, about: str) -> None:
    found, _, err = await sources(*arguments)
    assert (found, about in err, "Traceback" in err) == (code, True, False)


async def test_elasticsearch_down_is_told(sources: Command) -> None:
    code, _, err = await sources("list", NEWSLOOM_ELASTICSEARCH="http://127.0.0.1:1")
    assert (code, "does not answer" in err, "Traceback" in err) == (3, True, False)
