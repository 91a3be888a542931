import json
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from services.fetch.feeds import parse_feed
from services.standalone.site import LISTS, main, read_pages, site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for n in range(7):
        case = tmp_path / f"case{n}"
        case.mkdir()
        expected = (
            {"title": f"Title <{n}>", "language": "en", "published_at": f"2026-11-0{n + 1}T08:00:00Z"} if n else {}
        )
        about = {
            "path": f"/en/{n}?a=1&b=2" if n == 6 else f"/en/{n}",
            "content_type": "text/html; charset=x",
            "expected": expected,
        }
        (case / "case.json").write_text(json.dumps(about))
        (case / "page.html").write_bytes(b"<html>\xe4" + str(n).encode())
    return tmp_path


async def test_every_page_is_served_as_it_is_and_listed(folder: Path) -> None:
    pages = read_pages(folder)
    listed: list[str] = []
    async with TestClient(TestServer(site(pages))) as client:
        base = str(client.make_url("/")).rstrip("/")
        for path in ("/rss.xml", "/atom.xml", "/sitemap.xml"):
            response = await client.get(path)
            feed = parse_feed(await response.read(), response.headers["Content-Type"], base + path)
            assert all(item.published_at for item in feed.items)
            listed += [item.url.removeprefix(base) for item in feed.items]
        for page in pages:
            response = await client.get(page.path)
            assert await response.read() == page.body
            assert response.headers["Content-Type"] == page.content_type
        assert "Sitemap:" in await (await client.get("/robots.txt")).text()
        assert "Title &lt;1&gt;" in await (await client.get("/")).text()
        assert (await client.get("/none")).status == 404
    assert sorted(listed) == sorted(page.path for page in pages)
    assert {kind for _, _, kind in LISTS.values()} >= {"text/html; charset=utf-8"}


def test_a_folder_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="holds no pages"):
        main([str(tmp_path), "--port", "1"])
