"""What the routes use, put together once by `create_app`."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from services.runtime.publisher import Publisher
from services.runtime.settings import Settings
from services.runtime.waiting import Dependencies
from services.search.access import Access
from services.search.callbacks import Callbacks
from services.search.export import Exports
from services.search.keyring import Keyring
from services.search.live import Streams
from services.search.pipeline import Pipeline
from services.search.provider import Provider
from services.search.query_embedder import QueryEmbedder
from services.search.registry import Registry
from services.search.saved import SavedSearches
from services.search.webhooks import Webhooks


@dataclass(frozen=True)
class State:
    """Settings, and the ways to Elasticsearch and Kafka."""

    settings: Settings
    provider: Provider
    publisher: Publisher
    access: Access
    dependencies: Dependencies
    registry: Registry
    callbacks: Callbacks
    saved: SavedSearches
    webhooks: Webhooks
    streams: Streams
    exports: Exports
    pipeline: Pipeline
    keyring: Keyring
    embedder: QueryEmbedder


async def _state(request: Request) -> State:  # not `def`: FastAPI would run that in a thread of its own
    return cast(State, request.app.state.newsloom)


Newsloom = Annotated[State, Depends(_state)]
