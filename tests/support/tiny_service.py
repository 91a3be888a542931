"""A service with the real runtime and a tiny core (support/work.py): `python -m support.tiny_service`.

TINY_WAIT names a file: while it exists, the stage's dependency counts as down.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from services.contracts.fates import Skip, SkipReason
from services.contracts.messages import Message, PageMessage
from services.contracts.topics import ARTICLES, PAGES, RETRY_TIERS
from services.runtime.logs import configure_logs
from services.runtime.pool import Pool
from services.runtime.service import Context, Service, run_service
from services.runtime.settings import load_settings
from services.runtime.stage import Outcome, Retry, Stage
from support import given_down
from support.work import work

_tried: Counter[str] = Counter()


def _flaky(message: Message) -> Outcome | None:
    """`flaky` fails twice in a process, and then not; `down` always."""
    assert isinstance(message, PageMessage)
    _tried[message.url] += 1
    if message.text == "down" or (message.text == "flaky" and _tried[message.url] <= 2):
        return Retry(Skip(SkipReason.UNREACHABLE, "not now"))
    return None


@asynccontextmanager
async def wiring(context: Context) -> AsyncIterator[Service]:
    """Pages in, articles out."""
    pool = Pool(work, workers=context.settings.workers, limit_s=12, memory_mib=4096)
    await pool.start()

    async def process(messages: Sequence[Message]) -> list[Outcome]:
        given_down.check("TINY_WAIT")
        return [_flaky(m) or outcome for m, outcome in zip(messages, await pool.process(messages), strict=True)]

    try:
        yield Service([Stage("clean", PAGES, process, writes=ARTICLES, tiers=RETRY_TIERS)])
    finally:
        await pool.stop()


if __name__ == "__main__":
    settings = load_settings()
    configure_logs(settings, "clean")
    asyncio.run(run_service("clean", settings, wiring))
