import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from services.contracts.fates import BadInput, DeadReason, Skip, SkipReason
from services.contracts.messages import Hints, PageMessage, Step, UrlMessage
from services.fetch.book import SourceFacts
from services.fetch.client import Fetcher
from services.fetch.page import fetch_page, is_html
from services.runtime.stage import Retry, Wait
from tests.support.site import Site, answer, fetcher_with, redirect

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
HTML = b"<!doctype html><title>News</title>"


def now() -> datetime:
    return AT


@pytest.fixture
async def quick() -> AsyncIterator[Fetcher]:
    async with fetcher_with(fetch_timeout_s=0.5, max_page_bytes=100_000) as fetcher:
        yield fetcher


async def test_a_page_carries_everything_on(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/a": redirect("/b"), "/b": answer(HTML, kind="text/html; charset=latin-1")}
    hints, trail = Hints(title="News"), (Step(stage="gateway", at=AT),)
    message = UrlMessage(url=site.url("/a"), source="example", hints=hints, trail=trail)
    page = await fetch_page(message, fetcher, now, {"example": SourceFacts("Example News", 0.0)})
    assert page == PageMessage(
        url=site.url("/a"),
        body_base64=base64.b64encode(HTML).decode(),
        content_type="text/html; charset=latin-1",
        fetched_at=AT,
        final_url=site.url("/b"),
        source="example",
        source_name="Example News",
        hints=hints,
        trail=trail,
    )


@pytest.mark.parametrize(
    ("reply", "reason", "about", "requests"),
    [
        (answer(status=404), SkipReason.GONE, "HTTP status 404", 1),
        (answer(status=410), SkipReason.GONE, "HTTP status 410", 1),
        (answer(status=403), SkipReason.HTTP_ERROR, "HTTP status 403", 1),
        (answer(status=500), SkipReason.HTTP_ERROR, "HTTP status 500", 3),
        (answer(status=503, Retry_After="0"), SkipReason.HTTP_ERROR, "HTTP status 503", 3),
        (b"", SkipReason.UNREACHABLE, "closed the connection", 3),
        (answer(bytes(200_000)), SkipReason.TOO_LARGE, "200,000 bytes", 1),
        (answer(b"%PDF-1.7", kind="application/pdf"), SkipReason.NOT_TEXT, "is application/pdf, not HTML", 1),
        (answer(b"\x00\x01", kind=""), SkipReason.NOT_TEXT, "of no stated type, not HTML", 1),
        (redirect("http://10.0.0.1/"), SkipReason.BLOCKED_ADDRESS, "no public address", 1),
        (redirect("file:///etc/passwd"), SkipReason.BLOCKED_ADDRESS, "only http and https", 1),
    ],
)
async def test_what_gives_no_page_is_skipped_with_its_reason(
    site: Site, quick: Fetcher, reply: bytes, reason: SkipReason, about: str, requests: int
) -> None:
    site.routes = {"/": reply}
    result = await fetch_page(UrlMessage(url=site.url("/")), quick, now)
    assert isinstance(result, Retry) == (requests == 3), "what may pass is tried again later, all else is not"
    result = result.otherwise if isinstance(result, Retry) else result
    assert isinstance(result, Skip)
    assert result.reason is reason
    assert about in result.detail
    assert site.paths().count("/") == requests


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_page_waits_for_as_long_as_its_host_asks(site: Site, fetcher: Fetcher, status: int) -> None:
    site.routes = {"/a": answer(status=status, Retry_After="120"), "/b": answer(HTML)}
    first = await fetch_page(UrlMessage(url=site.url("/a")), fetcher, now)
    assert first == Wait(120, Skip(SkipReason.HTTP_ERROR, f"{site.url('/a')} answered HTTP status {status}"))
    if status != 500:  # which tells of the page alone
        second = await fetch_page(UrlMessage(url=site.url("/b")), fetcher, now)
        assert isinstance(second, Wait)
        assert 110 < second.after_s <= 120
    assert site.paths() == ["/robots.txt", "/a"]


async def test_what_a_later_try_does_not_help_is_not_waited_for(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/a": answer(status=404, Retry_After="120")}
    assert isinstance(await fetch_page(UrlMessage(url=site.url("/a")), fetcher, now), Skip)


async def test_a_second_try_can_succeed(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/": [answer(status=502), b"", answer(HTML)]}
    assert isinstance(await fetch_page(UrlMessage(url=site.url("/")), fetcher, now), PageMessage)


@pytest.mark.parametrize("url", ["no url", "ftp://news.example/", "http://", "//news.example/x", "http://a b/"])
async def test_what_is_no_url_is_bad_input(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(BadInput) as caught:
        await fetch_page(UrlMessage(url=url), fetcher, now)
    assert caught.value.reason is DeadReason.INVALID_URL


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("text/html", b"", True),
        ("TEXT/HTML; charset=x", b"", True),
        ("application/xhtml+xml", b"", True),
        (None, b"  <!DOCTYPE HTML>", True),
        ("text/plain", b"<html>", True),
        ("text/plain", b"just text", False),
        (None, b"\x89PNG", False),
        ("image/png", b"<html>", False),
        ("application/json", b"<html>", False),
    ],
)
def test_what_counts_as_html(kind: str | None, body: bytes, expected: bool) -> None:
    assert is_html(kind, body) is expected
