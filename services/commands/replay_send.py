"""Sends pages to news.pages.v1 again, at a rate, and counts what became of each."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from services.archive.read import Found
from services.commands.patience import patient
from services.commands.replay_choice import Choice
from services.commands.replay_read import Batch
from services.contracts.messages import PageMessage
from services.contracts.topics import PAGES
from services.contracts.urls import InvalidUrl, canonical_url
from services.runtime.publisher import MessageTooLarge, Publisher
from services.runtime.trace import new_headers

Send = Callable[[PageMessage], Awaitable[None]]


@dataclass
class Tally:
    """What became of what was found. Reasons by how often they came."""

    sent: int = 0
    not_chosen: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)

    @property
    def faults(self) -> int:
        """How many pages were lost on the way: refused, or broken where they lay."""
        return self.refused.total() + self.broken.total()

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        counters = {name: dict(getattr(self, name).most_common()) for name in ("refused", "broken", "passed")}
        return {"sent": self.sent, "not_chosen": self.not_chosen, **counters}


async def replay(
    batches: AsyncIterator[Batch],
    choice: Choice,
    send: Send,
    rate: float | None,
    done: Callable[[Batch, Tally], None],
    complain: Callable[[str], None],
) -> Tally:
    """Send what `choice` wants out of `batches`, at most `rate` pages a second; `done` after each batch."""
    tally = Tally()
    began = time.monotonic()
    async for batch in batches:
        pages = []
        for found in batch.found:
            if found.page is None:
                _note(batch.place, found, tally, complain)
            elif choice.wants(found.page):
                pages.append(found.page)
            else:
                tally.not_chosen += 1
        for wrong in await asyncio.gather(*(_one(page, send) for page in pages)):
            if wrong:
                tally.refused[wrong[0]] += 1
                complain(f"refused: {wrong[1]}")
            else:
                tally.sent += 1
        done(batch, tally)
        if rate:
            await asyncio.sleep(max(0.0, began + tally.sent / rate - time.monotonic()))
    return tally


def _note(place: str, found: Found, tally: Tally, complain: Callable[[str], None]) -> None:
    if not found.broken:
        tally.passed[found.reason] += 1
        return
    tally.broken[found.reason.partition(" (")[0]] += 1
    complain(f"{place}, offset {found.at}: broken: {found.reason}")


async def _one(page: PageMessage, send: Send) -> tuple[str, str] | None:
    """Send it; or why not, in short and in full."""
    try:
        canonical_url(page.url)
        await send(page)
    except InvalidUrl as error:
        return "invalid URL", f"{page.url[:200]}: {error}"
    except MessageTooLarge as error:
        return "too large", f"{page.url[:200]}: {error}"
    return None


def sender(publisher: Publisher, origin: str) -> Send:
    """Sends a page marked as a replay from `origin`; waits for Kafka, but not for ever."""
    send_to = patient(publisher, "once it does, go on with --resume")

    async def send(page: PageMessage) -> None:
        await send_to(PAGES, page, [*new_headers(page), ("replay", origin.encode())])

    return send
