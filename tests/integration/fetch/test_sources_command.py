"""`newsloom sources` as people call it: a process of its own, a real Elasticsearch, a site on loopback."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.runtime.settings import Settings
from tests.support.lists import EXPECTED, a_thousand
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
    made = json.loads(out)
    assert (made["added"], made["merged"], made["refused"]) == (0, 1, [])
    assert [(one["name"], one["change"]) for one in made["written"]] == [("Harbour", "merged")]
    (source,) = json.loads((await sources("list", "--json"))[1])
    assert (source["name"], source["interval_s"], source["tags"]) == ("Harbour", 60, ["x"])
    assert source["full_text"] is True
    assert source["home"] == site.url("/", "localhost")
    assert source["feeds"] == [site.url("/feed", "localhost")]
    code, out, _ = await sources("list")
    assert (code, "1 source\n" in out, "Harbour" in out) == (0, True, True)
    assert source["id"] in out
    code, out, err = await sources("remove", source["id"], "nobody")
    assert (code, out, err) == (
        1,
        "1 source removed\n",
        "there is no source nobody; `newsloom sources list` shows them\n",
    )
    assert json.loads((await sources("list", "--json"))[1]) == []


async def test_a_preview_tells_what_fetch_would_find(sources: Command, site: Site) -> None:
    rules = b"User-agent: *\nCrawl-delay: 0.05\nSitemap: /news-index.xml"
    items = "".join(
        f"<item><title>N{n}</title><link>/{n}</link><pubDate>{n:02} Nov 2026 08:00 GMT</pubDate></item>"
        for n in range(1, 13)
    )
    hub = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example/"/>'
    feed = f'<rss version="2.0"><channel><title>Coast</title><language>en-gb</language>{hub}{items}</channel></rss>'
    site.routes |= {
        "/robots.txt": answer(rules, kind="text/plain"),
        "/full": answer(feed.encode(), kind="application/rss+xml", ETag='"v1"'),
        "/plain": answer(b"<html>nothing</html>"),
        "/news-index.xml": answer(b"<sitemapindex><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>"),
        "/news.xml": answer(b"<urlset><url><loc>/a</loc></url></urlset>"),
    }
    code, out, _ = await sources("test", site.url("/full", "localhost"), "--json")
    (one,) = json.loads(out)
    assert (code, one["kind"], one["title"], one["language"], one["count"]) == (0, "RSS 2.0", "Coast", "en", 12)
    assert (one["hub"], one["delay_s"], one["etag"]) == ("https://hub.example/", 0.05, '"v1"')
    assert [item["title"] for item in one["items"]] == [f"N{n}" for n in range(12, 2, -1)]
    code, out, _ = await sources("test", site.url("/full", "localhost"))
    assert (code, "12 items, 12 of them dated" in out, "2026-11-12 08:00  N12" in out) == (0, True, True)
    code, out, _ = await sources("test", site.url("/plain", "localhost"), "--json")
    (one,) = json.loads(out)
    assert (code, one["kind"], one["count"], one["home"]) == (
        0,
        "index of sitemaps",
        1,
        site.url("/plain", "localhost"),
    )
    del site.routes["/robots.txt"], site.routes["/feed"]
    code, _, err = await sources("test", site.url("/plain", "localhost"))
    assert (code, "it names no feed" in err) == (1, True)


async def test_load(sources: Command, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("- {name: One, feed: 'https://one.example/'}\n- {name: None}\n")
    code, out, err = await sources("load", "s.yaml")
    assert (code, "1 added" in out, "refused entry 2: None: it names no feed" in err) == (1, True, True)


async def test_a_thousand_feeds_are_imported_and_exported(sources: Command, tmp_path: Path) -> None:
    (tmp_path / "s.opml").write_bytes(a_thousand())
    code, out, err = await sources("import", "s.opml")
    assert code == 1
    assert "1,000 feeds in s.opml:" in out
    for what in ("added", "duplicates", "refused"):
        assert re.search(rf"^ +{EXPECTED[what]} {what}", out, re.MULTILINE)
    assert "refused line 11: ftp://files.example/feed: not an absolute http or https URL" in err
    assert f"added and {EXPECTED['added'] - 10} more" in out
    code, out, _ = await sources("import", "s.opml", "--json")
    summary = json.loads(out)
    assert (code, summary["added"], summary["merged"], summary["unchanged"]) == (1, 0, 0, EXPECTED["added"])
    assert (len(summary["refused"]), len(summary["repeated"])) == (EXPECTED["refused"], EXPECTED["duplicates"])
    assert (await sources("export", "out.opml"))[0] == 0
    code, out, _ = await sources("import", "out.opml")
    assert (code, f"{EXPECTED['added']} unchanged" in out) == (0, True)
    code, out, _ = await sources("export")
    assert (code, out.count("xmlUrl=")) == (0, EXPECTED["added"])


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
