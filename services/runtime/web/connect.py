"""Connections that go only where they may: every address is judged after the name is resolved, and again when the
socket is made, by the very address it will connect to. So a name that changes its answer (DNS rebinding), a
redirect or an odd spelling can not lead anywhere else.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

from services.runtime.web.addresses import Network, refusal
from services.runtime.web.errors import Blocked, UnknownHost, Unreachable

DNS_TIMEOUT_S = 10.0
DNS_THREADS = 32
MAX_ADDRESSES = 8
Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""Host name to IP addresses as text; raises OSError. Tests give their own."""


class SystemDns:
    """The resolver of the operating system, in threads of its own: slow names never hold up other work."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(DNS_THREADS, thread_name_prefix="dns")

    async def __call__(self, host: str) -> list[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        )
        return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Guard(AbstractResolver):
    """Resolves names to those of their addresses that may be fetched from."""

    def __init__(self, resolve: Resolve, allowed: Sequence[Network]) -> None:
        self._resolve = resolve
        self._allowed = allowed

    def check(self, address: str, port: int) -> None:
        """Raises Blocked unless that address and port may be connected to."""
        why = refusal(ipaddress.ip_address(address), port, self._allowed)
        if why is not None:
            raise Blocked(why)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """aiohttp asks here. Raises Blocked, UnknownHost, Unreachable."""
        found = await self._lookup(host)
        refusals = {a: refusal(ipaddress.ip_address(a), port, self._allowed) for a in found}
        good = [a for a, why in refusals.items() if why is None]
        if not good:
            raise Blocked(f"{host}: {next(why for why in refusals.values() if why)}")
        return [self._result(host, address, port) for address in good[:MAX_ADDRESSES]]

    async def _lookup(self, host: str) -> Sequence[str]:
        try:
            async with asyncio.timeout(DNS_TIMEOUT_S):
                found = [address.partition("%")[0] for address in await self._resolve(host)]
        except TimeoutError:
            raise Unreachable(f"{host}: DNS did not answer within {DNS_TIMEOUT_S:g} s") from None
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise Unreachable(f"{host}: DNS has no answer at the moment ({error.strerror})") from None
            raise UnknownHost(f"{host}: DNS knows no such host ({error.strerror})") from None
        except (OSError, UnicodeError) as error:
            raise Unreachable(f"{host}: DNS failed ({error})") from None
        if not found:
            raise UnknownHost(f"{host}: DNS knows no address of this host")
        return found

    @staticmethod
    def _result(host: str, address: str, port: int) -> ResolveResult:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)

    async def close(self) -> None:
        """aiohttp calls this; whoever made the resolver closes it."""

    def connector(self, tls: ssl.SSLContext) -> TCPConnector:
        """A connector that only this guard lets out. It keeps no DNS cache: each connection is judged on its own."""
        return TCPConnector(
            ssl=tls,
            resolver=self,
            use_dns_cache=False,
            limit=0,
            keepalive_timeout=15,
            socket_factory=self.checked_socket,
        )

    def checked_socket(self, info: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        """A socket for aiohttp to connect with. Raises Blocked by the address that it will connect to."""
        family, kind, proto, _, sockaddr = info
        self.check(str(sockaddr[0]).partition("%")[0], int(str(sockaddr[1])))
        return socket.socket(family, kind, proto)
