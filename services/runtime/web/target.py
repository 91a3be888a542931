"""Reads a URL the way browsers do (https://url.spec.whatwg.org/#host-parsing), so that one address has one spelling:
the one that is checked and the one that is connected to are the same.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from services.contracts.hosts import canonical_host
from services.runtime.web.addresses import Address
from services.runtime.web.errors import BadTarget

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_URL_LENGTH = 8192
# What the spec leaves as it is in paths and queries; `%` stays, since what is quoted already must not change.
_KEEP = "%/:@!$&'()*+,;=~?[]|"


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
        return "/".join(self.url.split("/", 3)[:3])


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
        named = f"the scheme {parts.scheme!r}" if parts.scheme else "no scheme (such as https://)"
        raise BadTarget(f"{url[:200]!r} has {named}; only http and https are fetched")
    host, address = _parse_host(parts.hostname or "")
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    shown = f"[{host}]" if address is not None and address.version == 6 else host
    netloc = shown if port == DEFAULT_PORTS[parts.scheme] else f"{shown}:{port}"
    path, query = _quoted(parts.path) or "/", _quoted(parts.query)
    return Target(urlunsplit((parts.scheme, netloc, path, query, "")), parts.scheme, host, port, address)


def _quoted(text: str) -> str:
    try:
        # A Location header may hold bytes that are no UTF-8; aiohttp keeps them as surrogates (PEP 383).
        return quote(text, safe=_KEEP, errors="surrogateescape")
    except UnicodeEncodeError:
        raise BadTarget(f"{text[:100]!r} is no text") from None


def _parse_host(host: str) -> tuple[str, Address | None]:
    try:
        name = canonical_host(f"[{host}]" if ":" in host else unquote(host))
    except ValueError as error:
        raise BadTarget(str(error)) from None
    try:
        return name.strip("[]"), ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return name, None
