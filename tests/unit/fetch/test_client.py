"""The client against a site that misbehaves in every way a site can."""

import asyncio
import gzip
import shutil
import socket
import ssl
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import brotli
import pytest
import zstandard

from services.contracts.fates import SkipReason
from services.fetch.client import Fetcher
from services.runtime.web import errors
from services.runtime.web.response import Conditional
from services.runtime.web.wire import MAX_HEADERS, user_agent
from tests.support.internet.server import Internet
from tests.support.internet.server import serving as internet_serving
from tests.support.site import Seen, Site, answer, dns, fetch_settings, fetcher_with, redirect

PAGE = answer(b"<html>news</html>")
MIB = 1024 * 1024


async def hang(request: Seen, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def hang_in_body(request: Seen, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    await writer.drain()
    await asyncio.sleep(60)


async def drip(request: Seen, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    for _ in range(10000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def drip_headers(request: Seen, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(10000):
        writer.write(f"X-{number}: y\r\n".encode())
        await writer.drain()
        await asyncio.sleep(0.05)


async def endless(request: Seen, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(bytes(100_000))
        await writer.drain()


async def reset(request: Seen, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


MISBEHAVIOUR = {
    "hangs": (hang, errors.TimedOut, "did not answer in full"),
    "hangs in the body": (hang_in_body, errors.TimedOut, "did not answer in full"),
    "drips": (drip, errors.TimedOut, "did not answer in full"),
    "drips headers": (drip_headers, errors.TimedOut, "did not answer in full"),
    "endless body": (endless, errors.TooLarge, "over the wire"),
    "resets": (reset, errors.Unreachable, "closed the connection|reset"),
    "closes": (b"", errors.Unreachable, "closed the connection"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", errors.BrokenResponse, "does not answer in HTTP"),
    "announces much": (b"HTTP/1.1 200 X\r\nContent-Length: 99999999999\r\n\r\n", errors.TooLarge, "99,999,999,999 b"),
    "announces more than it sends": (
        b"HTTP/1.1 200 X\r\nContent-Length: 1000\r\nConnection: close\r\n\r\nshort",
        errors.BrokenResponse, "broke its answer off",
    ),
    "broken chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n", errors.BrokenResponse, "broke|HTTP",
    ),
    "a huge header": (answer(b"x", X_Huge="x" * 100_000), errors.BrokenResponse, "does not answer in HTTP"),
    "many headers": (
        answer(b"x", **{f"X_{n}": "y" for n in range(MAX_HEADERS + 10)}),
        errors.BrokenResponse, "does not answer in HTTP",
    ),
    "gzip that is none": (answer(b"plain", Content_Encoding="gzip"), errors.BrokenResponse, "is not the gzip"),
    "404": (answer(status=404), errors.BadStatus, "HTTP status 404"),
    "500": (answer(status=500), errors.BadStatus, "HTTP status 500"),
    "a redirect to nowhere": (answer(status=302), errors.BadStatus, "HTTP status 302"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISBEHAVIOUR)
async def test_misbehaviour_has_its_own_error_and_the_next_page_is_unaffected(site: Site, case: str) -> None:
    handler, error, about = MISBEHAVIOUR[case]
    site.routes = {"/bad": handler, "/good": PAGE}
    async with fetcher_with(fetch_timeout_s=0.6, max_page_bytes=MIB) as fetcher:
        with pytest.raises(error, match=about) as caught:
            await fetcher.get(site.url("/bad"))
        assert type(caught.value) is error
        assert (await fetcher.get(site.url("/good"))).body == b"<html>news</html>"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", lambda data: brotli.compress(data, quality=1)),
        ("zstd", zstandard.ZstdCompressor().compress),
    ],
)
async def test_bodies_are_decoded_and_bombs_stopped(site: Site, fetcher: Fetcher, encoding: str, pack: object) -> None:
    assert callable(pack)
    site.routes = {
        "/page": answer(pack(b"news " * 1000), Content_Encoding=encoding),
        "/bomb": answer(pack(bytes(64 * MIB)), Content_Encoding=encoding),
    }
    assert (await fetcher.get(site.url("/page"))).body == b"news " * 1000
    with pytest.raises(errors.TooLarge, match="more than 1,048,576 bytes"):
        await fetcher.get(site.url("/bomb"), limits=replace(fetcher.limits, max_bytes=MIB))


async def test_redirects(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/a": redirect("/b", 301), "/b": redirect(site.url("/c", "other.example"), 308), "/c": PAGE,
                   "/t": redirect("/c"), "/loop": redirect("/loop2"), "/loop2": redirect("/loop")}  # fmt: skip
    site.routes |= {f"/chain/{n}": redirect(f"/chain/{n + 1}") for n in range(10)}
    moved = await fetcher.get(site.url("/a"))
    assert (moved.final_url, moved.moved) == (site.url("/c", "other.example"), True)
    assert not (await fetcher.get(site.url("/t"))).moved
    assert not (await fetcher.get(site.url("/c"))).moved
    with pytest.raises(errors.TooManyRedirects, match="in a circle"):
        await fetcher.get(site.url("/loop"))
    with pytest.raises(errors.TooManyRedirects, match="more than 5 times"):
        await fetcher.get(site.url("/chain/0"))


async def test_posts(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/ok": answer(b"taken", 202), "/there": redirect("/ok", 307), "/for-good": redirect("/there", 308),
                   "/see": redirect("/ok", 303), "/loop": redirect("/loop", 307), "/no": answer(b"", 400),
                   "/robots.txt": answer(b"User-agent: *\nDisallow: /")}  # fmt: skip
    for path in ("/ok", "/for-good"):
        assert (await fetcher.post(site.url(path), b"a=b", {}, fetcher.limits)).body == b"taken"
    for path, why in (("/see", "303"), ("/no", "400")):
        with pytest.raises(errors.BadStatus, match=why):
            await fetcher.post(site.url(path), b"a=b", {}, fetcher.limits)
    with pytest.raises(errors.TooManyRedirects, match="in a circle"):
        await fetcher.post(site.url("/loop"), b"a=b", {}, fetcher.limits)
    assert {seen.headers["content-length"] for seen in site.seen} == {"3"}
    with pytest.raises(errors.Blocked):
        await fetcher.post("http://10.0.0.1/", b"a=b", {}, fetcher.limits)


async def test_what_is_sent(site: Site) -> None:
    site.routes = {"/": [answer(b"x", Set_Cookie="id=1"), PAGE]}
    async with fetcher_with(fetch_contact="mailto:desk@news.example") as fetcher:
        await fetcher.get(site.url("/"))
        await fetcher.get(site.url("/"), conditional=Conditional('"abc"', "Sun, 22 Nov 2026 08:00:00 GMT"))
    first, last = site.seen[1].headers, site.seen[-1].headers
    assert first["user-agent"].startswith("Newsloom/")
    assert first["user-agent"].endswith(" (+mailto:desk@news.example)")
    assert first["accept-encoding"] == "gzip, deflate, br, zstd"
    assert "cookie" not in last
    assert "if-none-match" not in first
    assert last["if-none-match"] == '"abc"'
    assert last["if-modified-since"] == "Sun, 22 Nov 2026 08:00:00 GMT"
    assert user_agent("") == first["user-agent"].partition(" ")[0]


async def test_not_modified(site: Site, fetcher: Fetcher) -> None:
    site.routes = {"/": [answer(b"x", ETag='"1"', Last_Modified="Sun, 22 Nov 2026 08:00:00 GMT"), answer(status=304)]}
    first = await fetcher.get(site.url("/"))
    assert first.validators == Conditional('"1"', "Sun, 22 Nov 2026 08:00:00 GMT")
    assert (await fetcher.get(site.url("/"), conditional=first.validators)).not_modified


async def test_hosts_that_can_not_be_reached() -> None:
    async def resolve(host: str) -> list[str]:
        if host == "unknown.example":
            raise socket.gaierror(-2, "Name or service not known")
        if host == "busy.example":
            raise socket.gaierror(-3, "Temporary failure in name resolution")
        return [] if host == "empty.example" else ["127.0.0.1"]

    async with Fetcher(fetch_settings(), resolve=resolve) as fetcher:
        with pytest.raises(errors.UnknownHost, match="DNS knows no such host"):
            await fetcher.get("http://unknown.example/")
        with pytest.raises(errors.UnknownHost, match="no address"):
            await fetcher.get("http://empty.example/")
        with pytest.raises(errors.Unreachable, match="at the moment") as caught:
            await fetcher.get("http://busy.example/")
        assert caught.value.retry
        with pytest.raises(errors.Unreachable, match="Connection refused"):
            await fetcher.get("http://refused.example:1/")


async def test_a_host_that_does_not_answer_is_left_alone(site: Site) -> None:
    site.routes = {"/robots.txt": answer(status=404), "/": hang, "/good": PAGE}
    async with fetcher_with(fetch_timeout_s=0.2) as fetcher:
        for _ in range(5):
            with pytest.raises(errors.TimedOut):
                await fetcher.get(site.url("/"))
        with pytest.raises(errors.HostDown, match="did not answer 5 times in a row"):
            await fetcher.get(site.url("/good"))
        assert (await fetcher.get(site.url("/good", "other.example"))).status == 200
    assert len(site.seen) == 8


async def test_waiting_for_a_turn_is_not_counted(site: Site) -> None:
    async def slow(request: Seen, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        writer.write(PAGE)

    site.routes = {"/": slow}
    async with fetcher_with(fetch_timeout_s=0.6) as fetcher:
        answers = await asyncio.gather(*(fetcher.get(site.url("/")) for _ in range(6)))
    assert [response.status for response in answers] == [200] * 6


async def test_tls_is_verified(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=news.example", "-days", "1",
               "-addext", "subjectAltName=DNS:news.example", "-keyout", "key.pem", "-out", "cert.pem"]  # fmt: skip
    subprocess.run(command, timeout=60, cwd=tmp_path, check=True, capture_output=True)  # noqa: ASYNC221
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    site = Site(routes={"/": PAGE})
    server = await asyncio.start_server(site.handle, "127.0.0.1", 0, ssl=served)
    port = server.sockets[0].getsockname()[1]
    async with server:
        async with fetcher_with() as fetcher:
            with pytest.raises(errors.TlsFailure, match="no trusted TLS connection"):
                await fetcher.get(f"https://news.example:{port}/")
        assert site.seen == []
        async with Fetcher(fetch_settings(), resolve=dns({}), tls=trusting) as fetcher:
            assert (await fetcher.get(f"https://news.example:{port}/")).status == 200
            with pytest.raises(errors.TlsFailure, match=r"other\.example"):
                await fetcher.get(f"https://other.example:{port}/")
    assert {request.host for request in site.seen} == {"news.example"}


async def test_tls_to_a_server_that_speaks_none(fetcher: Fetcher) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b"plain HTTP here", 400))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        with pytest.raises(errors.TlsFailure, match="no trusted TLS connection"):
            await fetcher.get(f"https://news.example:{server.sockets[0].getsockname()[1]}/")


async def test_slow_dns_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.web.connect.DNS_TIMEOUT_S", 0.1)

    async def never(host: str) -> list[str]:
        await asyncio.sleep(60)
        return []

    async with Fetcher(fetch_settings(), resolve=never) as fetcher:
        with pytest.raises(errors.Unreachable, match="DNS did not answer"):
            await fetcher.get("http://news.example/")


async def test_the_resolver_of_the_system_is_the_default(site: Site) -> None:
    site.routes = {"/": PAGE}
    async with Fetcher(fetch_settings()) as fetcher:
        assert (await fetcher.get(site.url("/", "localhost"))).status == 200


def test_every_error_says_what_follows_from_it() -> None:
    assert errors.BadStatus(404, "u").reason is errors.BadStatus(410, "u").reason is SkipReason.GONE
    assert errors.BadStatus(403, "u").reason is SkipReason.HTTP_ERROR
    assert errors.BadStatus(503, "u").retry
    assert not errors.BadStatus(404, "u").retry
    assert errors.TimedOut("t").reason is errors.UnknownHost("t").reason is SkipReason.UNREACHABLE
    assert not errors.UnknownHost("t").retry


async def test_ipv6_and_user_info(fetcher: Fetcher) -> None:
    with pytest.raises(errors.Blocked, match="no public address"):
        await fetcher.get("http://user:secret@[::1]:8080/")


async def test_cookies_go_nowhere(site: Site, fetcher: Fetcher) -> None:
    cookie = {"Set_Cookie": "id=1; Domain=example; Path=/"}
    site.routes = {
        "/start": answer(status=302, Location=site.url("/next", "other.example"), **cookie),
        "/next": answer(status=302, Location=site.url("/end"), **cookie),
        "/end": answer(b"x", **cookie),
    }
    for _ in range(2):
        await fetcher.get(site.url("/start"))
    assert len(site.seen) == 2 + 6  # robots.txt of both
    assert not any("cookie" in request.headers for request in site.seen)


async def test_what_follows_a_body_is_no_answer_to_the_next_request() -> None:
    smuggled = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    replies = {
        "/lies": b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\ntrue" + smuggled,
        "/next": answer(b"real", Connection="keep-alive"),
    }
    internet = Internet(lambda request, times: replies.get(request.path, answer(status=404)))
    async with internet_serving(internet), fetcher_with() as fetcher:
        assert (await fetcher.get(internet.url("news.example", "/lies"))).body == b"true"
        assert (await fetcher.get(internet.url("news.example", "/next"))).body == b"real"
    assert internet.asked("news.example") == ["/robots.txt", "/lies", "/next"]
