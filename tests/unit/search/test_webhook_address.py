"""Addresses of webhooks, judged when they are given."""

import pytest
from support.messages import settings_for_tests

from services.search.query import ParameterError
from services.search.routers.webhooks import address_of


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://hooks.example/a b?x=1#part", "https://hooks.example/a%20b?x=1"),
        ("http://10.1.2.3:9000/x", "http://10.1.2.3:9000/x"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ],
)
def test_good_ones(url: str, found: str) -> None:
    assert address_of(url, settings_for_tests(webhook_allow="10.0.0.0/8")) == found


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://hooks.example/", "only http and https"),
        ("hooks.example", "scheme"),
        ("https://", "host"),
        ("https://user:pw@hooks.example/", "user and password"),
        ("http://127.0.0.1/", "loopback"),
        ("http://2130706433/", "loopback"),
        ("http://[::1]/", "not global"),
        ("http://169.254.169.254/latest", "link-local"),
        ("https://8.8.8.8:25/", "port 25"),
    ],
)
def test_bad_ones_are_told_so(url: str, why: str) -> None:
    with pytest.raises(ParameterError, match=why):
        address_of(url, settings_for_tests())
