"""The proxy does to a connection what each toxic says. No upper limit of time is asserted, only lower ones."""

import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from support.proxy import Link, Proxies
from support.toxics import Bandwidth, Down, Latency, LimitData, ResetPeer, Slicer, SlowClose, Timeout, Toxic

DATA = bytes(range(256)) * 400


@pytest.fixture(scope="module")
def echo() -> Iterator[tuple[str, int]]:
    """A server that sends back what it gets."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                while data := self.request.recv(65536):
                    self.request.sendall(data)
            except OSError:
                """The proxy reset it; that is what some tests are about."""

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield ("127.0.0.1", server.server_address[1])
        server.shutdown()


@pytest.fixture
def link(echo: tuple[str, int]) -> Iterator[Link]:
    """A link without toxics."""
    with Proxies() as proxies:
        made = proxies.link("echo", echo)
        yield made
        assert made.errors == []


def client(link: Link, limit_s: float = 20) -> socket.socket:
    return socket.create_connection(("127.0.0.1", link.port), limit_s)


def received(connection: socket.socket, most: int) -> bytes:
    """Up to `most` bytes; fewer when the other side ends."""
    found = b""
    while len(found) < most and (data := connection.recv(65536)):
        found += data
    return found


def seconds(what: Callable[[], object]) -> float:
    before = time.monotonic()
    what()
    return time.monotonic() - before


@pytest.mark.parametrize(
    "toxic",
    [Toxic(), Latency(0.01, 0.01), Bandwidth(2_000_000), Slicer(1000, 500), SlowClose(0.01), LimitData(10_000_000)],
)
def test_data_passes_whole_and_in_order(link: Link, toxic: Toxic) -> None:
    link.add(toxic)
    with client(link) as connection:
        sender = threading.Thread(target=connection.sendall, args=(DATA,))
        sender.start()
        assert received(connection, len(DATA)) == DATA
        sender.join()
    assert link.passed == 2 * len(DATA)


def test_latency_delays_each_way_and_goes_with_the_toxic(link: Link) -> None:
    with client(link) as connection:
        link.add(Latency(0.2), "down")
        connection.sendall(b"a")
        assert seconds(lambda: received(connection, 1)) >= 0.19
        link.add(Latency(0.2), "up")
        connection.sendall(b"b")
        assert seconds(lambda: received(connection, 1)) >= 0.38
        link.clear()
        assert link.toxics() == []
        connection.sendall(b"c")
        assert received(connection, 1) == b"c"


def test_bandwidth_is_limited(link: Link) -> None:
    link.add(Bandwidth(50_000), "down")
    with client(link) as connection:
        connection.sendall(DATA[:20_000])
        assert seconds(lambda: received(connection, 20_000)) >= 0.35


def test_a_timeout_lets_nothing_through_and_ends_the_connection(link: Link) -> None:
    link.add(Timeout(0.3))
    with client(link) as connection:
        connection.sendall(b"x")
        assert seconds(lambda: received(connection, 1)) >= 0.25
    assert link.passed == 0


def test_a_timeout_without_end_holds_the_connection_until_it_is_removed(link: Link) -> None:
    with client(link, limit_s=0.5) as connection:
        link.add(Timeout(0))
        connection.sendall(b"x")
        with pytest.raises(TimeoutError):
            connection.recv(1)
        link.clear()
        assert received(connection, 1) == b""
    with client(link) as connection:
        connection.sendall(b"y")
        assert received(connection, 1) == b"y"


def test_reset_peer_resets_open_connections_and_new_ones(link: Link) -> None:
    with client(link) as connection:
        connection.sendall(b"x")
        assert received(connection, 1) == b"x"
        link.add(ResetPeer(0.05))
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    with client(link) as another, pytest.raises(ConnectionResetError):
        another.recv(1)


def test_limit_data_ends_each_connection_at_its_limit(link: Link) -> None:
    link.add(LimitData(1000), "down")
    for _ in range(2):
        with client(link) as connection:
            connection.sendall(DATA[:5000])
            assert received(connection, 5000) == DATA[:1000]


def test_a_slow_close_keeps_the_end_back(link: Link) -> None:
    link.add(SlowClose(0.3))
    with client(link) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert seconds(lambda: received(connection, 1)) >= 0.55


def test_down_refuses_and_ends_and_is_up_again(link: Link) -> None:
    with client(link) as connection:
        connection.sendall(b"x")
        assert received(connection, 1) == b"x"
        link.add(Down())
        assert received(connection, 1) == b""
        with pytest.raises(ConnectionRefusedError):
            client(link)
    link.clear()
    with client(link) as connection:
        connection.sendall(b"y")
        assert received(connection, 1) == b"y"


def test_a_server_that_is_away_ends_the_connection() -> None:
    with Proxies() as proxies:
        link = proxies.link("nobody", ("127.0.0.1", 1))
        with client(link) as connection:
            assert received(connection, 1) == b""
