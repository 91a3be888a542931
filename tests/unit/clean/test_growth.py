"""Twice the page takes twice the work, whatever there are many of on it."""

import pytest
from support.fuzz.families import FAMILIES, page_of
from support.fuzz.growth import calls

from services.clean.app import warm

N = 60
STEEP = 6
"""Of four times as many things. What is asked of each pair of them would be sixteen times as much."""


@pytest.mark.parametrize("name", FAMILIES)
def test_work_grows_with_the_page(name: str) -> None:
    warm()
    few, many = (calls(page_of(FAMILIES[name], n)) for n in (N, 4 * N))
    assert many < STEEP * few
