"""A service with the real runtime and a tiny core (support/work.py): `python -m support.tiny_service`.

TINY_WAIT names a file: while it exists, the stage's dependency counts as down.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from services.contracts.messages import Message
from services.contracts.topics import ARTICLES, PAGES
from services.runtime.errors import Unavailable
from services.runtime.logs import configure_logs
from services.runtime.pool import Pool
from services.runtime.service import Context, Service, run_service
from services.runtime.settings import load_settings
from services.runtime.stage import Outcome, Stage
from support.work import work

WAIT = os.environ.get("TINY_WAIT")


@asynccontextmanager
async def wiring(context: Context) -> AsyncIterator[Service]:
    """Pages in, articles out."""
    pool = Pool(work, workers=context.settings.workers, limit_s=12)
    await pool.start()

    async def process(messages: Sequence[Message]) -> list[Outcome]:
        if WAIT and Path(WAIT).exists():  # noqa: ASYNC240  # a file of the test's, on a local disk
            raise Unavailable("the test says so")
        return await pool.process(messages)

    try:
        yield Service([Stage("clean", PAGES, process, writes=ARTICLES)])
    finally:
        await pool.stop()


if __name__ == "__main__":
    settings = load_settings()
    configure_logs(settings, "clean")
    asyncio.run(run_service("clean", settings, wiring))
