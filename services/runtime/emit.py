"""Sends what follows from outcomes: onward, to the fates, to the dead topic; returns when all is confirmed."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from services.contracts.fates import Skip
from services.contracts.messages import Fate, Message, Step
from services.contracts.topics import DEAD, FATES, Topic
from services.runtime.dead import dead_headers
from services.runtime.decode import page_id
from services.runtime.publisher import Publisher
from services.runtime.stage import Delivery, Done, Failure, Forward, Outcome, Stage
from services.runtime.trace import onward

_DEAD = {topic.name: topic for topic in DEAD}
Result = tuple[Delivery, Message | None, Outcome]
"""A delivery, what it decoded to (None if it did not), and the outcome."""


class Emitter:
    """Sends a stage's results through `publisher`."""

    def __init__(self, stage: Stage, publisher: Publisher) -> None:
        self._stage = stage
        self._publisher = publisher

    async def emit(self, results: Sequence[Result]) -> None:
        """Send all that follows, in order, and wait for every confirmation. Raises PublishError."""
        await asyncio.gather(*(self._one(*result) for result in results))

    async def _one(self, delivery: Delivery, message: Message | None, outcome: Outcome) -> None:
        match outcome:
            case Forward(message=onward_message):
                await self._forward(delivery, onward_message)
            case Skip(reason=reason, detail=detail):
                await self._fate(delivery, message, "skipped", reason, detail)
            case Failure():
                await self._dead(delivery, message, outcome)
            case Done():
                pass

    async def _forward(self, delivery: Delivery, message: Message) -> None:
        assert self._stage.writes is not None, "a stage that forwards has a topic to write"  # noqa: S101
        key = getattr(message, "id", None)
        await self._send(self._stage.writes, self._stepped(message), delivery, key)

    async def _dead(self, delivery: Delivery, message: Message | None, failure: Failure) -> None:
        topic = _DEAD[self._stage.reads.dead_name]
        headers = dead_headers(delivery, self._stage.name, failure, datetime.now(UTC))
        key = delivery.key.decode("utf-8", "replace") if delivery.key else None
        await self._publisher.send_raw(topic, key, delivery.value, headers, delivery.timestamp_ms)
        if self._stage.dead_fates:
            await self._fate(delivery, message, "dead", failure.reason, failure.detail)

    async def _fate(self, delivery: Delivery, message: Message | None, fate: str, reason: str, detail: str) -> None:
        identity, url = page_id(delivery.key, delivery.value)
        source = getattr(message, "source", None)
        record = Fate(
            id=getattr(message, "id", None) or identity,
            url=getattr(message, "url", None) or url,
            stage=self._stage.name,
            fate=fate,
            reason=str(reason),
            detail=detail[:2000],
            at=datetime.now(UTC),
            fetched_at=getattr(message, "fetched_at", None) or delivery.arrived_at,
            source=source if isinstance(source, str) else getattr(source, "id", None),
            origin=delivery.origin,
            trail=message.trail if message else (),
        )
        await self._send(FATES, self._stepped(record), delivery, record.id)

    async def _send(self, topic: Topic, message: Message, delivery: Delivery, key: str | None) -> None:
        await self._publisher.send(topic, message, key, onward(delivery.headers, message))

    def _stepped(self, message: Message) -> Message:
        step = Step(stage=self._stage.name, at=datetime.now(UTC))
        return message.model_copy(update={"trail": (*message.trail, step)})
