"""Reads a URL the way browsers do (https://url.spec.whatwg.org/#host-parsing), so that one address has one spelling:
the one that is checked and the one that is connected to are the same.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

import idna

from services.fetch.addresses import Address
from services.fetch.errors import BadTarget

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL_LENGTH = 8192
_HOST = re.compile(r"^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$")
_NUMBER = re.compile(r"^(0x[0-9a-f]*|[0-9]+)$")
# What the spec leaves as it is in paths and queries; `%` stays, since what is quoted already must not change.
_KEEP = "%/:@!$&'()*+,;=~?[]|^`{}\\"


@dataclass(frozen=True)
class Target:
    """Where a request goes. `url` is in ASCII, without user, password and fragment; `address` only for IP literals."""

    url: str
    scheme: str
    host: str
    port: int
    address: Address | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port (RFC 6454), which robots.txt is valid for."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def parse_target(url: str, base: str | None = None) -> Target:
    """Read `url`, relative to `base` if given. Raises BadTarget, saying what is wrong."""
    url = re.sub(r"[\t\r\n]", "", url.strip())
    if len(url) > MAX_URL_LENGTH:
        raise BadTarget(f"the address has {len(url)} characters; at most {MAX_URL_LENGTH} are allowed")
    try:
        parts = urlsplit(urljoin(base, url) if base else url)
        port = parts.port
    except ValueError as error:
        raise BadTarget(f"{url[:200]!r} is no address: {error}") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise BadTarget(f"{url[:200]!r} has the scheme {parts.scheme!r}; only http and https are fetched")
    host, address = _parse_host(parts.hostname or "")
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    shown = f"[{host}]" if address is not None and address.version == 6 else host
    netloc = shown if port == DEFAULT_PORTS[parts.scheme] else f"{shown}:{port}"
    path, query = quote(parts.path, safe=_KEEP) or "/", quote(parts.query, safe=_KEEP)
    return Target(urlunsplit((parts.scheme, netloc, path, query, "")), parts.scheme, host, port, address)


def _parse_host(host: str) -> tuple[str, Address | None]:
    if ":" in host:
        return _parse_ipv6(host)
    name = _to_ascii(unquote(host)).rstrip(".")
    if not _HOST.match(name) or len(name) > 253:
        raise BadTarget(f"{host[:100]!r} is no host name")
    if not _NUMBER.match(name.rpartition(".")[2]):
        return name, None
    # A name that ends in a number is an IPv4 address in one of its spellings (decimal, octal, hex, short), or nothing.
    try:
        address = ipaddress.IPv4Address(socket.inet_aton(name))
    except OSError:
        raise BadTarget(f"{host[:100]!r} is neither a host name nor an IPv4 address") from None
    return str(address), address


def _parse_ipv6(host: str) -> tuple[str, Address]:
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        raise BadTarget(f"{host[:100]!r} is no IPv6 address") from None
    if address.scope_id is not None:
        raise BadTarget(f"{host[:100]!r} has a zone: it is an address of the local link")
    return str(address), address


def _to_ascii(name: str) -> str:
    if name.isascii():
        return name.lower()
    try:
        return idna.encode(name, uts46=True, transitional=False).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise BadTarget(f"{name[:100]!r} is no host name: {error}") from None
