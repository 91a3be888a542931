"""Which IP addresses may be fetched from. `ipaddress.is_global` alone is not enough: it lets multicast, NAT64 and
cloud services at public addresses pass, so the ranges are listed here, from the registries:

https://www.iana.org/assignments/iana-ipv4-special-registry
https://www.iana.org/assignments/iana-ipv6-special-registry
"""

import ipaddress
from collections.abc import Sequence

from services.runtime.commas import parts

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PORTS = frozenset({80, 443, 8000, 8008, 8080, 8081, 8443, 8888})
"""Ports where public web sites are; any other is refused unless the network is allowed by the settings."""

_SPECIAL_V4 = {
    "0.0.0.0/8": "unspecified (RFC 791)",
    "10.0.0.0/8": "private (RFC 1918)",
    "100.64.0.0/10": "carrier-grade NAT (RFC 6598)",
    "127.0.0.0/8": "loopback (RFC 1122)",
    "168.63.129.16/32": "Azure's host service",
    "169.254.0.0/16": "link-local (RFC 3927)",
    "172.16.0.0/12": "private (RFC 1918)",
    "192.0.0.0/24": "reserved for protocols (RFC 6890)",
    "192.0.2.0/24": "documentation (RFC 5737)",
    "192.88.99.0/24": "6to4 relay (RFC 7526)",
    "192.168.0.0/16": "private (RFC 1918)",
    "198.18.0.0/15": "benchmarking (RFC 2544)",
    "198.51.100.0/24": "documentation (RFC 5737)",
    "203.0.113.0/24": "documentation (RFC 5737)",
    "224.0.0.0/4": "multicast (RFC 5771)",
    "240.0.0.0/4": "reserved (RFC 1112)",
}
# Inside 2000::/3, the only global unicast space; all outside it is refused.
_SPECIAL_V6 = {
    "2001::/32": "Teredo (RFC 4380)",
    "2001::/23": "reserved for protocols (RFC 2928)",
    "2001:db8::/32": "documentation (RFC 3849)",
    "2002::/16": "6to4 (RFC 3056)",
    "3fff::/20": "documentation (RFC 9637)",
}
_V4 = [(ipaddress.IPv4Network(net), why) for net, why in _SPECIAL_V4.items()]
_V6 = [(ipaddress.IPv6Network(net), why) for net, why in _SPECIAL_V6.items()]
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def parse_networks(text: str) -> tuple[Network, ...]:
    """Networks of a setting such as `127.0.0.0/8, ::1/128`. Raises ValueError."""
    return tuple(ipaddress.ip_network(part) for part in parts(text))


def why_not_public(address: Address) -> str | None:
    """What kind of address it is when it is not a public one, else None.

    IPv4 inside IPv6 (mapped, RFC 4291; NAT64, RFC 6052) is judged as the IPv4 address that is reached.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return next((why for network, why in _V4 if address in network), None)
    inner = _embedded(address)
    if inner is not None:
        return why_not_public(inner)
    if address not in _GLOBAL_V6:
        return "not global unicast (RFC 4291)"
    return next((why for network, why in _V6 if address in network), None)


def refusal(address: Address, port: int, allowed: Sequence[Network]) -> str | None:
    """Why nothing may be fetched from that address and port, else None; `allowed` networks always may, on any port."""
    inner = _embedded(address) or address
    if any(inner.version == network.version and inner in network for network in allowed):
        return None
    why = why_not_public(address)
    if why is not None:
        return f"{address} is no public address: {why}"
    if port not in PORTS:
        return f"port {port} is not one of {', '.join(map(str, sorted(PORTS)))}"
    return None


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped
