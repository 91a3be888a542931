"""A service with the real runtime whose stage is slow, or silent: `python -m support.slow_service`.

SLOW_WAIT names a file: while it exists, the stage's dependency counts as down. A page with the text `block` blocks the
event loop for SLOW_BLOCK_S seconds; with the text `hang` it is never done. SLOW_SILENT: the stage is never given a
batch, as when faust's consumer stops without an error. SLOW_SESSION_S is the group's session time-out.
SLOW_NEIGHBOUR: there is a second stage, which reads fates and is never slow.
"""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from services.contracts.fates import Skip, SkipReason
from services.contracts.messages import Message, PageMessage
from services.contracts.topics import FATES, PAGES
from services.runtime import consumer
from services.runtime.logs import configure_logs
from services.runtime.service import Context, Service, run_service
from services.runtime.settings import load_settings
from services.runtime.stage import Done, Outcome, Stage
from support import given_down

BLOCK_S = float(os.environ.get("SLOW_BLOCK_S", "0"))


def _outcome(message: Message) -> Outcome:
    assert isinstance(message, PageMessage)
    if message.text == "block":
        time.sleep(BLOCK_S)
    return Skip(SkipReason.TOO_SHORT, "so says the test")


async def _process(messages: Sequence[Message]) -> list[Outcome]:
    given_down.check("SLOW_WAIT")
    if any(isinstance(message, PageMessage) and message.text == "hang" for message in messages):
        await asyncio.Event().wait()
    return [_outcome(message) for message in messages]


@asynccontextmanager
async def wiring(_: Context) -> AsyncIterator[Service]:
    """Pages in, fates out."""
    neighbour = [Stage("neighbour", FATES, _done)] if "SLOW_NEIGHBOUR" in os.environ else []
    yield Service([Stage("clean", PAGES, _process), *neighbour])


async def _done(messages: Sequence[Message]) -> list[Outcome]:
    return [Done() for _ in messages]


async def _silence(*_: Any) -> AsyncGenerator[list[Any], None]:
    await asyncio.Event().wait()
    yield []


if __name__ == "__main__":
    settings = load_settings()
    configure_logs(settings, "clean")
    consumer.SESSION_S = float(os.environ.get("SLOW_SESSION_S", consumer.SESSION_S))
    if "SLOW_SILENT" in os.environ:
        consumer.batches = _silence
    asyncio.run(run_service("clean", settings, wiring))
