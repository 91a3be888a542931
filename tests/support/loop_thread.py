"""An event loop in a thread of its own, for servers that a blocking test talks to."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

CALL_LIMIT_S = 30.0
T = TypeVar("T")


class LoopThread:
    """An event loop in a thread; `call` runs a coroutine there and waits for it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="proxies", daemon=True)
        self._thread.start()

    def call(self, what: Coroutine[Any, Any, T]) -> T:
        """The result of `what`, run on the loop."""
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(CALL_LIMIT_S)

    def stop(self) -> None:
        """End every task and the thread."""
        self.call(self._cancel())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(CALL_LIMIT_S)
        self.loop.close()

    async def _cancel(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
