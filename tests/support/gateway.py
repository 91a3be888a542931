"""A gateway as its users run it, over an archive of a test's own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from services.contracts.messages import Enriched
from services.runtime.elastic import async_client
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings
from services.search.app import Server, create_app
from services.standalone.ports import unused
from support.archive import archive
from support.messages import settings_for_tests
from support.processes import Child, free_ports, running


@contextmanager
def gateway(servers: Any, home: Path, articles: list[Enriched], **environment: str) -> Iterator[Settings]:
    """Settings of a gateway that serves these articles, in a process of its own."""
    given = settings_for_tests(
        kafka=servers.kafka, elasticsearch=servers.elasticsearch, http=f"127.0.0.1:{free_ports(1)}", home=home
    )
    with archive(given, articles) as own, running(Child(own, "search", "services", "run", "search", **environment)):
        yield own


@asynccontextmanager
async def served(settings: Settings, port: int = 0) -> AsyncIterator[tuple[httpx.AsyncClient, Server]]:
    """A gateway on loopback, as uvicorn serves it, in this process."""
    port = port or unused("127.0.0.1")
    app = create_app(settings, async_client(settings), Publisher(settings))
    config = uvicorn.Config(app, "127.0.0.1", port, log_config=None, timeout_graceful_shutdown=20)
    server = Server(config, app.state.newsloom.streams)
    task = asyncio.create_task(server._serve())
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as http:
            async with asyncio.timeout(60):
                while not server.started:
                    await asyncio.sleep(0.05)
            yield http, server
    finally:
        server.should_exit = True
        await asyncio.wait_for(task, 30)
