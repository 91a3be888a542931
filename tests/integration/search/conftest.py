"""A gateway on the real Elasticsearch, over an archive that a whole module of tests reads."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from support.archive import archive, news
from support.messages import settings_for_tests
from support.reading import attacking

from services.runtime.elastic import async_client
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings
from services.search.app import create_app


@asynccontextmanager
async def gateway(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway in this process."""
    app = create_app(settings, async_client(settings), Publisher(settings))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def filled(servers) -> Iterator[Settings]:  # type: ignore[no-untyped-def]
    """Settings whose index holds the news and the hostile articles."""
    given = settings_for_tests(kafka=servers.kafka, elasticsearch=servers.elasticsearch)
    with archive(given, [*news(), *attacking()]) as own:
        yield own


@pytest.fixture
async def http(filled: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The gateway over the filled archive."""
    async with gateway(filled) as client:
        yield client


@pytest.fixture
def serve():  # type: ignore[no-untyped-def]
    """`async with serve(settings) as client`: a gateway with other settings."""
    return gateway
