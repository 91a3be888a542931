"""Vectors of queries, computed in a thread of their own and for a limited time: the event loop has others to serve."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from services.contracts.indices import EMBEDDING, embedding_key
from services.runtime.embedding.model import Vector, load_embedder
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

LIMIT_S = 3.0
"""A query takes a transformer milliseconds; those that wait for their turn longer than this are given up."""


class QueryEmbedder:
    """The model of the settings. `field` is where the index has the vectors that its own can be compared with."""

    def __init__(self, settings: Settings) -> None:
        self._embedder = load_embedder(settings.embedding_model)
        self._thread = ThreadPoolExecutor(1, "embedding")

    @property
    def on(self) -> bool:
        """Whether there is hybrid search here."""
        return self._embedder is not None

    @property
    def model(self) -> str:
        """Name and version."""
        return self._embedder.model if self._embedder else ""

    @property
    def key(self) -> str:
        """The model's own part of the name of `field`."""
        return embedding_key(self._embedder.version, self._embedder.dimensions) if self._embedder else ""

    @property
    def field(self) -> str:
        return f"{EMBEDDING}.{self.key}"

    async def vector(self, text: str) -> Vector | None:
        """The vector of `text`; None when the model knows no word of it. Raises Unavailable."""
        if self._embedder is None:
            return None
        try:
            # One that has not begun when its time is over never does: cancelling reaches the thread's queue.
            running = asyncio.get_running_loop().run_in_executor(self._thread, self._embedder.query, text)
            return await asyncio.wait_for(running, LIMIT_S)
        except TimeoutError:
            raise Unavailable("too many hybrid searches at once; try again, or search with mode=keyword") from None

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False, cancel_futures=True)
