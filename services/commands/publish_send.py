"""Sends pieces in batches, each confirmed by Kafka before the next, and counts what became of them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.commands.publish_read import Piece
from services.contracts.messages import Message, PageMessage
from services.contracts.topics import PAGES, URLS, Topic
from services.runtime.publisher import MessageTooLarge

MOST = 200
BATCH_BYTES = 8 * 1024 * 1024
KEPT = 1000
"""Refusals that are kept with their reason; more are counted."""
Send = Callable[[Topic, Message], Awaitable[None]]


@dataclass(frozen=True)
class Step:
    """A piece, `where` it stands for people; and whatever its reader has to know of it once it is dealt with."""

    where: str
    piece: Piece
    about: Any = None


@dataclass
class Tally:
    """What became of the pieces: messages sent, by kind; what was refused; what was passed over, by why."""

    sent: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    refusals: list[tuple[str, str]] = field(default_factory=list)

    def refuse(self, where: str, why: str) -> None:
        """Note one."""
        self.refused += 1
        if len(self.refusals) < KEPT:
            self.refusals.append((where, why))


def batches(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """Lists of some hundred steps, or of fewer large ones."""
    batch: list[Step] = []
    size = 0
    for step in steps:
        batch.append(step)
        size += _size(step.piece.message)
        if len(batch) >= MOST or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _size(message: Message | None) -> int:
    return len(message.html or message.text or message.body_base64 or "") if isinstance(message, PageMessage) else 0


async def send_batch(batch: Sequence[Step], send: Send, tally: Tally) -> list[tuple[Step, Topic]]:
    """Send what can be sent, all at once; returns when Kafka has it, what was sent, in order."""
    outcomes = await asyncio.gather(*(_one(step, send) for step in batch))
    for step, outcome in zip(batch, outcomes, strict=True):
        if isinstance(outcome, Topic):
            tally.sent[step.piece.kind] += 1
        elif outcome:
            tally.refuse(step.where, outcome)
        elif step.piece.passed:
            tally.passed[step.piece.passed] += 1
    return [(step, outcome) for step, outcome in zip(batch, outcomes, strict=True) if isinstance(outcome, Topic)]


async def _one(step: Step, send: Send) -> Topic | str:
    """The topic it went to, or why it was refused; empty when there was nothing to send."""
    message = step.piece.message
    if message is None:
        return step.piece.refused
    topic = PAGES if isinstance(message, PageMessage) else URLS
    try:
        await send(topic, message)
    except MessageTooLarge as error:
        return str(error)
    return topic
