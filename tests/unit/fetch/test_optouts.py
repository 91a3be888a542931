"""What pages, headers and sites say of their use: by what becomes of the page, and by what the site was asked."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.fates import Skip, SkipReason
from services.contracts.messages import PageMessage, UrlMessage
from services.fetch.client import Fetcher
from services.fetch.optouts import location_matches, said_in_headers, said_in_page
from services.fetch.page import fetch_page
from services.fetch.reservations import PATH, OptOuts, rules_of
from tests.support.site import Site, answer, redirect

ALL = frozenset({"noindex", "noarchive", "tdm"})
HTML = b"<!doctype html><html><head><title>News</title></head><body>News</body></html>"


def page_with(*metas: str) -> bytes:
    return f"<html><head>{''.join(metas)}<title>News</title></head><body>x</body></html>".encode()


async def fate(site: Site, fetcher: Fetcher, path: str = "/", honoured: frozenset[str] = ALL) -> str | None:
    """Why the page is skipped, or None."""
    found = await fetch_page(
        UrlMessage(url=site.url(path)), fetcher, lambda: datetime.now(UTC), opt_outs=OptOuts(fetcher, honoured)
    )
    if isinstance(found, PageMessage):
        return None
    assert isinstance(found, Skip)
    assert found.reason is SkipReason.OPTED_OUT
    return found.detail


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        (["noindex"], {"noindex"}),
        (["NOINDEX, NoArchive"], {"noindex", "noarchive"}),
        (["none"], {"noindex", "nofollow"}),
        (["newsloom: noindex"], {"noindex"}),
        (["googlebot: noindex, noarchive"], set()),
        (["googlebot: nofollow, newsloom: noarchive, noindex, otherbot: none"], {"noarchive", "noindex"}),
        (["noarchive, googlebot: noindex"], {"noarchive"}),
        (["googlebot: noindex", "noarchive"], {"noarchive"}),
        (["unavailable_after: 25 Jun 2010 15:00, noindex"], {"unavailable_after: 25 jun 2010 15:00", "noindex"}),
        (["max-image-preview:large, noarchive"], {"max-image-preview:large", "noarchive"}),
        ([], set()),
    ],
)  # fmt: skip
def test_robots_in_headers(values: list[str], rules: set[str]) -> None:
    assert set(said_in_headers(values, None).rules) == rules


@pytest.mark.parametrize(
    ("metas", "rules"),
    [
        (['<META NAME="Robots" CONTENT="NoIndex, follow">'], {"noindex", "follow"}),
        (["<meta content='noarchive' name='newsloom'>"], {"noarchive"}),
        (["<meta name=robots content=none>"], {"noindex", "nofollow"}),
        (["<meta name=googlebot content=noindex>", "<meta name=description content=noindex>"], set()),
        (["<!-- <meta name=robots content=noindex> -->"], set()),
        (["<script>'<meta name=robots content=noindex>'</script>"], set()),
        (["<meta name=robots>", "<meta content=noindex>"], set()),
        (["<style>" + "x" * 100_000 + "</style>", "<meta name=robots content=noindex>"], {"noindex"}),
    ],
)
def test_robots_in_pages(metas: list[str], rules: set[str]) -> None:
    assert set(said_in_page(page_with(*metas)).rules) - {""} == rules


def test_what_stands_in_the_text_says_nothing() -> None:
    body = b"<html><head></head><body><meta name=robots content=noindex>"
    assert said_in_page(body).rules == {}
    utf16 = "<html><head><meta name=robots content=noindex></head>".encode("utf-16")
    assert set(said_in_page(utf16).rules) == {"noindex"}


@given(st.binary(max_size=500))
def test_anything_can_be_read(body: bytes) -> None:
    said_in_page(body)
    said_in_page(b"<html><head><meta " + body)
    rules_of(body)
    said_in_headers([body.decode("latin-1")], body.decode("latin-1"))


@pytest.mark.parametrize(
    ("location", "path", "fits"),
    [
        ("/", "/any?x=1", True),
        ("", "/", True),
        ("/a/", "/a/b", True),
        ("/a/", "/b/a/", False),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("/*.jpg", "/x/y.jpg?z", True),
        ("/*.jpg$", "/x/y.jpg?z", False),
        ("/*.jpg$", "/x.jpg/y.jpg", True),
        ("/a*a$", "/a", False),
        ("/a*a$", "/aba", True),
        ("/*a*b*$", "/xaxbx", True),
        ("/*a*b", "/b/a", False),
    ],
)
def test_locations(location: str, path: str, fits: bool) -> None:
    assert location_matches(location, path) is fits


@pytest.mark.parametrize("body", [b"", b"{}", b'[1, {}, {"location": 1}]', b"\xff", b"[" * 9_999, b"null"])
def test_a_file_that_is_none_has_no_rules(body: bytes) -> None:
    assert rules_of(body) == []


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (answer(page_with("<meta name=robots content='noindex,nofollow'>")), "says noindex, in the meta element"),
        (answer(HTML, X_Robots_Tag="noarchive"), "says noarchive, in the header X-Robots-Tag"),
        (answer(HTML, tdm_reservation="1"), "reserves text and data mining, in the header"),
        (answer(page_with("<meta name=tdm-reservation content=1>")), "reserves text and data mining, in the meta"),
        (answer(page_with("<meta name=tdm-reservation content=0>"), tdm_reservation="1"), None),
        (answer(page_with("<meta name=tdm-reservation content=2>"), tdm_reservation="1"), "in the header"),
        (answer(HTML, tdm_reservation="yes"), None),
        (answer(HTML, X_Robots_Tag="googlebot: noindex"), None),
        (answer(HTML), None),
    ],
)
async def test_what_becomes_of_a_page(site: Site, fetcher: Fetcher, reply: bytes, says: str | None) -> None:
    site.routes = {"/": reply}
    found = await fate(site, fetcher)
    assert found is None if says is None else says in str(found)
    assert await fate(site, fetcher, honoured=frozenset()) is None


async def test_each_is_honoured_alone(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/": answer(page_with("<meta name=robots content='noindex,noarchive'>"), tdm_reservation="1")}
    for name, says in (("noindex", "noindex"), ("noarchive", "noarchive"), ("tdm", "text and data mining")):
        assert says in str(await fate(site, fetcher, honoured=frozenset({name})))


RULES = json.dumps(
    [
        {"location": "/open/*.html$", "tdm-reservation": 0},
        {"location": "/wrong/", "tdm-reservation": "maybe"},
        {"location": "/", "tdm-reservation": 1, "tdm-policy": "https://news.example/policy"},
    ]
).encode()


async def test_a_sites_own_file_is_read_once_and_the_first_rule_that_fits_counts(site: Site, fetcher: Fetcher) -> None:
    site.routes = {
        PATH: answer(RULES, kind="application/json"),
        **{path: answer(HTML) for path in ("/a", "/open/a.html", "/open/a.txt", "/wrong/a")},
        "/said": answer(HTML, tdm_reservation="0"),
        "/away": redirect(site.url("/a", "other.example")),
    }
    opt_outs = OptOuts(fetcher, ALL)

    async def skipped(path: str) -> bool:
        url = UrlMessage(url=site.url(path))
        return isinstance(await fetch_page(url, fetcher, lambda: datetime.now(UTC), opt_outs=opt_outs), Skip)

    found = {path: await skipped(path) for path in ("/a", "/open/a.html", "/open/a.txt", "/wrong/a", "/said", "/away")}
    assert found == {
        "/a": True, "/open/a.html": False, "/open/a.txt": True, "/wrong/a": False, "/said": False, "/away": True
    }  # fmt: skip
    assert [request.host for request in site.seen if request.path == PATH] == ["news.example", "other.example"]


async def test_robots_txt_holds_for_the_file_too(site: Site, fetcher: Fetcher) -> None:
    site.routes = {
        "/robots.txt": answer(b"User-agent: *\nDisallow: /.well-known/"),
        PATH: answer(RULES),
        "/": answer(HTML),
    }
    assert await fate(site, fetcher) is None
    assert PATH not in site.paths()


@pytest.mark.parametrize("reply", [answer(status=500), b"", answer(b"[" + b" " * 600_000 + b"]"), redirect(PATH)])
async def test_a_file_that_can_not_be_read_reserves_nothing(site: Site, fetcher: Fetcher, reply: bytes) -> None:
    site.routes = {PATH: reply, "/": answer(HTML)}
    assert await fate(site, fetcher) is None


async def test_a_file_that_failed_is_soon_read_again_and_one_that_is_not_there_is_not(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.fetch.reservations.AGAIN_S", -1.0)
    site.routes = {PATH: [answer(status=500), answer(status=404), answer(RULES)], "/": answer(HTML)}
    opt_outs = OptOuts(fetcher, ALL)
    for _ in range(3):
        assert await opt_outs.why(await fetcher.get(site.url("/"))) is None
    assert site.paths().count(PATH) == 2
