from collections.abc import AsyncIterator

import pytest

from services.fetch.client import Fetcher
from tests.support.site import Site, fetcher_with, serving


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving(Site()) as site:
        yield site


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with fetcher_with() as fetcher:
        yield fetcher


@pytest.fixture(autouse=True)
def _short_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.fetch.page.BACKOFF_S", 0.01)
