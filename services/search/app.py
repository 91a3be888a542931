"""Wires the gateway: routes over Elasticsearch and Kafka, and serves them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version

import uvicorn
from elasticsearch import AsyncElasticsearch
from fastapi import FastAPI
from uvicorn.server import HANDLED_SIGNALS

from services.contracts.topics import MAX_MESSAGE_BYTES
from services.runtime.elastic import async_client
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings
from services.runtime.waiting import Dependencies
from services.search import described, middleware, problems
from services.search.access import Access
from services.search.callbacks import Callbacks
from services.search.export import Exports
from services.search.http1 import BoundedHead
from services.search.keyring import Keyring
from services.search.live import Streams
from services.search.pages import pages
from services.search.pipeline import Pipeline
from services.search.provider import Provider
from services.search.query_embedder import QueryEmbedder
from services.search.rate import RateLimit
from services.search.registry import Registry
from services.search.routers import (
    articles,
    entities,
    export,
    journey,
    operations,
    saved,
    search,
    similar,
    sources,
    stories,
    stream,
    suggest,
    trending,
    webhooks,
    websub,
)
from services.search.saved import SavedSearches
from services.search.state import State
from services.search.webhooks import Webhooks

STOP_LIMIT_S = 10


def create_app(settings: Settings, es: AsyncElasticsearch, publisher: Publisher) -> FastAPI:
    """The gateway over clients that it closes at the end. Raises SettingsError when it would be unsafely open, and
    EmbeddingModelError."""
    access = Access(settings)
    embedder = QueryEmbedder(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        embedder.close()
        await publisher.stop()
        await es.close()

    app = FastAPI(
        title="Newsloom",
        version=version("newsloom"),
        description="Search an archive of news articles, submit new ones, and follow what became of them.",
        lifespan=lifespan,
        max_body_size=MAX_MESSAGE_BYTES,
        docs_url=None,
        redoc_url=None,
        responses=dict(described.ERRORS),
    )
    provider = Provider(es, settings)
    app.state.newsloom = State(
        settings=settings,
        provider=provider,
        publisher=publisher,
        access=access,
        dependencies=Dependencies(),
        registry=Registry(es, settings),
        callbacks=Callbacks(es, settings),
        saved=SavedSearches(es, settings),
        webhooks=Webhooks(es, settings),
        streams=Streams(),
        exports=Exports(),
        pipeline=Pipeline(settings, provider, publisher),
        keyring=Keyring(es, settings, access),
        embedder=embedder,
    )
    problems.install(app)
    middleware.install(app, access, RateLimit(settings.rate_limit, access), settings.cors)
    for module in (
        search,
        suggest,
        export,
        stream,
        articles,
        similar,
        entities,
        stories,
        trending,
        journey,
        sources,
        websub,
        saved,
        webhooks,
        operations,
    ):
        app.include_router(module.router)
    pages.install(app)
    described.install(app)
    return app


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests in work are finished."""
    app = create_app(settings, async_client(settings), Publisher(settings))
    host, port = settings.gateway
    config = uvicorn.Config(
        app,
        host,
        port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_LIMIT_S,
        http=BoundedHead,
        ws="none",
    )
    await Server(config, app.state.newsloom.streams).serve()


class Server(uvicorn.Server):
    """uvicorn, which first has the streams end: it would wait for them, and cut them off."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config)
        self._streams = streams

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT end the server and no more: uvicorn would raise them again, and a stop would look like a
        failure (exit code -15)."""
        loop = asyncio.get_running_loop()
        for number in HANDLED_SIGNALS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in HANDLED_SIGNALS:
                loop.remove_signal_handler(number)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving; requests in work are finished."""
        self._streams.stop()
        await super().shutdown(sockets)
