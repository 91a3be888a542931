"""Titles without the names of their site."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clean.site_name import without_site

SITE = ("Echo", "echo.example")
PART = st.sampled_from(["Echo", "Bridge reopens", "Politics", "echo.example", ""]) | st.text(max_size=8)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Bridge reopens - Echo", "Bridge reopens"),
        ("Echo: Bridge reopens - Echo", "Bridge reopens"),
        ("Echo | Bridge reopens | echo.example", "Bridge reopens"),
        ("Echo | Echo", "Echo"),
        ("Bridge - once more", "Bridge - once more"),
        ("| Echo", "| Echo"),
    ],
)
def test_names_go(title: str, expected: str) -> None:
    assert without_site(title, SITE) == expected


@given(st.lists(PART, max_size=6), st.sampled_from([" | ", " - ", ": ", "|", " — "]))
def test_what_stays_is_a_part_of_the_title(parts: list[str], mark: str) -> None:
    title = mark.join(parts)
    shorter = without_site(title, SITE)
    assert shorter in title
    assert without_site(shorter, SITE) == shorter
    assert bool(shorter.strip()) == bool(title.strip())


def test_a_title_of_a_thousand_parts() -> None:
    assert without_site("a|" * 1000 + "Bridge reopens", ("Alpha",)) == "Bridge reopens"
