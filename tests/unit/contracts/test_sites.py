"""Which site an address belongs to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.sites import SLOTS, site_of, slot_of, slot_of_host


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.bbc.co.uk", "bbc.co.uk"),
        ("feeds.bbc.co.uk", "bbc.co.uk"),
        ("one.blogspot.com", "one.blogspot.com"),
        ("xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("a.b.site.example", "site.example"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("", ""),
    ],
)
def test_sites(host: str, site: str) -> None:
    assert site_of(host) == site


def test_a_slot_is_for_ever() -> None:
    """Sources keep it, and workers of different releases have to agree."""
    assert slot_of_host("www.bbc.co.uk") == slot_of_host("bbc.co.uk") == slot_of("https://news.bbc.co.uk:443/x?y") == 53


@given(st.text())
def test_any_text_has_a_slot(text: str) -> None:
    assert 0 <= slot_of(text) < SLOTS
