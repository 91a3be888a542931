"""The one spelling of a host in a URL: names in ASCII lower case, addresses as RFC 5952 and dotted quads."""

import ipaddress
import re
import socket

import idna

_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
MAX_HOST_LENGTH = 253  # RFC 1035, section 2.3.4, as text


def canonical_host(host: str) -> str:
    """`host` as it stands between `//` and the port, in one spelling. Raises ValueError, saying what is wrong.

    Names go through UTS #46 (non-transitional, as in browsers), so `straße.example` keeps its `ß`.
    """
    if host.startswith("["):
        return f"[{_ipv6(host)}]"
    if len(host) > MAX_HOST_LENGTH + 1:
        raise ValueError(f"a host name of {len(host)} characters; at most {MAX_HOST_LENGTH} are allowed")
    name = _ascii(host).removesuffix(".")
    if len(name) > MAX_HOST_LENGTH or not _NAME.fullmatch(name):
        raise ValueError(f"{host[:100]!r} is not a host name")
    return _ipv4(name) if _NUMBER.fullmatch(name.rpartition(".")[2]) else name


def _ascii(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except UnicodeError as error:  # idna.IDNAError is one
        raise ValueError(f"{host[:100]!r} is not a host name: {error}") from None


def _ipv4(name: str) -> str:
    """A name that ends in a number is an address in one of its spellings, or nothing (WHATWG URL, host parsing)."""
    try:
        return str(ipaddress.IPv4Address(socket.inet_aton(name)))
    except OSError:
        raise ValueError(f"{name[:100]!r} is neither a host name nor an IPv4 address") from None


def _ipv6(host: str) -> str:
    text = host[1:-1]
    if "%" in text or not host.endswith("]"):
        raise ValueError(f"{host[:100]!r} is not an IPv6 address that others can reach")
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        raise ValueError(f"{host[:100]!r} is not an IPv6 address") from None
