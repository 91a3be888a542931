"""A tiny news site of static pages for the demo: `python -m services.standalone.site SEEDS_PAGES_DIR --port N`.

Serves each page at the path its case.json names, with the bytes and the Content-Type as they are (wrong charsets
too), and lists them in an RSS feed, an Atom feed and a news sitemap: each page in at least one of the three.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path

from aiohttp import web

START = datetime(2026, 1, 1, tzinfo=UTC)
"""Date of a page whose case names none; fixed, so that the feeds' bytes and ETags stay the same."""


@dataclass(frozen=True)
class Page:
    """One page of the site."""

    path: str
    content_type: str
    body: bytes
    title: str
    language: str
    published_at: datetime


def read_pages(folder: Path) -> list[Page]:
    """The pages under `folder`, each a directory with case.json and page.html. SystemExit when there are none."""
    pages = [_page(case) for case in sorted(folder.glob("*/case.json"))]
    if not pages:
        raise SystemExit(f"{folder} holds no pages: expected CASE/case.json and CASE/page.html in it")
    return pages


def _page(case: Path) -> Page:
    about = json.loads(case.read_text("utf-8"))
    expected = about.get("expected") or {}
    return Page(
        path=about["path"],
        content_type=about["content_type"],
        body=case.with_name("page.html").read_bytes(),
        title=expected.get("title") or case.parent.name,
        language=expected.get("language") or about.get("language") or "en",
        published_at=datetime.fromisoformat(expected["published_at"]) if expected.get("published_at") else START,
    )


def rss(pages: Sequence[Page], base: str) -> str:
    """RSS 2.0 (https://www.rssboard.org/rss-specification)."""
    items = "".join(
        f"<item><title>{escape(p.title)}</title><link>{base}{escape(p.path)}</link><guid>{base}{escape(p.path)}</guid>"
        f"<pubDate>{format_datetime(p.published_at)}</pubDate></item>\n"
        for p in pages
    )
    head = f"<title>Demo News</title><link>{base}/</link><description>Pages of the Newsloom demo</description>"
    return f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>{head}\n{items}</channel></rss>\n'


def atom(pages: Sequence[Page], base: str) -> str:
    """Atom (RFC 4287)."""
    entries = "".join(
        f'<entry xml:lang="{escape(p.language)}"><title>{escape(p.title)}</title><id>{base}{escape(p.path)}</id>'
        f'<link href="{escape(p.path)}"/><updated>{p.published_at.isoformat()}</updated>'
        f"<published>{p.published_at.isoformat()}</published></entry>\n"
        for p in pages
    )
    newest = max((p.published_at for p in pages), default=START).isoformat()
    head = f"<title>Demo News (Atom)</title><id>{base}/atom.xml</id><updated>{newest}</updated><link href='{base}/'/>"
    author = "<author><name>Demo News</name></author>"
    root = '<feed xmlns="http://www.w3.org/2005/Atom">'
    return f'<?xml version="1.0" encoding="utf-8"?>\n{root}{head}{author}\n{entries}</feed>\n'


def sitemap(pages: Sequence[Page], base: str) -> str:
    """A news sitemap (https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap)."""
    urls = "".join(
        f"<url><loc>{base}{escape(p.path)}</loc><news:news><news:publication><news:name>Demo News</news:name>"
        f"<news:language>{escape(p.language)}</news:language></news:publication>"
        f"<news:publication_date>{p.published_at.isoformat()}</news:publication_date>"
        f"<news:title>{escape(p.title)}</news:title></news:news></url>\n"
        for p in pages
    )
    spaces = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    return f'<?xml version="1.0" encoding="utf-8"?>\n<urlset {spaces}>\n{urls}</urlset>\n'


def index(pages: Sequence[Page], base: str) -> str:
    """The home page, which names the feeds."""
    links = "".join(f'<li><a href="{escape(p.path)}">{escape(p.title)}</a></li>\n' for p in pages)
    feeds = (
        '<link rel="alternate" type="application/rss+xml" title="RSS" href="/rss.xml">'
        '<link rel="alternate" type="application/atom+xml" title="Atom" href="/atom.xml">'
    )
    head = f'<meta charset="utf-8"><title>Demo News</title>{feeds}'
    return f"<!DOCTYPE html><html lang=en><head>{head}</head><body><h1>Demo News</h1><ul>\n{links}</ul></body></html>\n"


def robots(pages: Sequence[Page], base: str) -> str:
    """Everything is allowed (RFC 9309)."""
    return f"User-agent: *\nAllow: /\nSitemap: {base}/sitemap.xml\n"


# Which third of the pages each lists, how it is written, and its Content-Type.
LISTS: dict[str, tuple[int | None, Callable[[Sequence[Page], str], str], str]] = {
    "/rss.xml": (0, rss, "application/rss+xml; charset=utf-8"),
    "/atom.xml": (1, atom, "application/atom+xml; charset=utf-8"),
    "/sitemap.xml": (2, sitemap, "application/xml; charset=utf-8"),
    "/": (None, index, "text/html; charset=utf-8"),
    "/robots.txt": (None, robots, "text/plain; charset=utf-8"),
}


def site(pages: Sequence[Page]) -> web.Application:
    """The site as an aiohttp application; addresses in the lists follow the request's Host."""
    by_path = {page.path: page for page in pages}

    async def serve(request: web.Request) -> web.Response:
        if request.path in LISTS:
            third, write, kind = LISTS[request.path]
            listed = pages if third is None else pages[third::3]
            body = write(listed, f"http://{request.host}").encode()
            return web.Response(body=body, headers={"Content-Type": kind})
        page = by_path.get(request.path) or by_path.get(request.raw_path)
        if page is None:
            raise web.HTTPNotFound(text=f"no page at {request.path}")
        return web.Response(body=page.body, headers={"Content-Type": page.content_type})

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m services.standalone.site", description="Serve the demo site.")
    parser.add_argument("folder", type=Path, help="where the pages are: CASE/page.html and CASE/case.json")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: loopback)")
    parser.add_argument("--port", type=int, required=True, help="port to listen on")
    given = parser.parse_args(arguments)
    web.run_app(site(read_pages(given.folder)), host=given.host, port=given.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
