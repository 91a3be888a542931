import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.web.addresses import parse_networks, refusal, why_not_public

PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "100::1",
    "2001::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2a00:1450::8a",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_special_addresses_are_refused(text: str) -> None:
    assert why_not_public(ipaddress.ip_address(text))
    assert "is no public address" in str(refusal(ipaddress.ip_address(text), 80, ()))


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_pass(text: str) -> None:
    assert refusal(ipaddress.ip_address(text), 443, ()) is None


@given(st.ip_addresses())
def test_what_python_calls_not_global_never_passes(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    inner = getattr(address, "ipv4_mapped", None) or address
    nat64 = inner.version == 6 and inner in ipaddress.IPv6Network("64:ff9b::/96")
    if not nat64 and (not inner.is_global or inner.is_multicast):
        assert why_not_public(address)


@given(st.ip_addresses(v=4))
def test_ipv4_is_judged_the_same_inside_ipv6(address: ipaddress.IPv4Address) -> None:
    for outer in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert why_not_public(ipaddress.ip_address(outer)) == why_not_public(address)


def test_only_web_ports_unless_the_network_is_allowed() -> None:
    public, loopback = ipaddress.ip_address("8.8.8.8"), ipaddress.ip_address("127.0.0.1")
    assert "port 22 is not one of" in str(refusal(public, 22, ()))
    allowed = parse_networks("127.0.0.0/8, fd00::/8")
    assert refusal(loopback, 22, allowed) is None
    assert refusal(ipaddress.ip_address("::ffff:127.0.0.1"), 22, allowed) is None
    assert refusal(ipaddress.ip_address("fd00::1"), 9200, allowed) is None
    assert refusal(ipaddress.ip_address("10.0.0.1"), 80, allowed)


def test_networks_of_a_setting() -> None:
    assert parse_networks("") == ()
    assert [str(n) for n in parse_networks(" 10.0.0.0/8 ,::1/128,")] == ["10.0.0.0/8", "::1/128"]
