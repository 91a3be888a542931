"""Whether a name means this machine, and this machine only."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """True for loopback addresses, bracketed or not, and for `localhost` and names under it (RFC 6761, 6.3)."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
