"""Sends what follows from outcomes: onward, to the fates, to the dead topic; returns when all is confirmed."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from services.contracts.fates import Skip, SkipReason
from services.contracts.messages import Fate, Message, Step
from services.contracts.topics import DEAD, FATES, Topic
from services.runtime.dead import dead_headers
from services.runtime.decode import page_id
from services.runtime.publisher import MessageTooLarge, Publisher
from services.runtime.retries import retry_headers
from services.runtime.stage import Delivery, Done, Elsewhere, Failure, Forward, Outcome, Postponed, Stage
from services.runtime.trace import onward

_DEAD = {topic.name: topic for topic in DEAD}
# A fate must fit its topic whatever the message was: bounds of its fields, in characters or steps.
_MOST_URL, _MOST_DETAIL, _MOST_SOURCE, _MOST_STEPS = 4096, 2000, 256, 20
Result = tuple[Delivery, Message | None, Outcome]
"""A delivery, what it decoded to (None if it did not), and the outcome."""


class Emitter:
    """Sends a stage's results through `publisher`."""

    def __init__(self, stage: Stage, publisher: Publisher) -> None:
        self._stage = stage
        self._publisher = publisher

    async def emit(self, results: Sequence[Result]) -> list[Outcome]:
        """Send all that follows and wait for every confirmation; returns what came true. Raises PublishError.

        What Kafka can not take for its size is skipped: to try again would hold up the topic for ever.
        """
        if self._stage.onlooker:
            return [outcome for _, _, outcome in results]
        return list(await asyncio.gather(*(self._one(*result) for result in results)))

    async def _one(self, delivery: Delivery, message: Message | None, outcome: Outcome) -> Outcome:
        try:
            await self._follow(delivery, message, outcome)
        except MessageTooLarge as error:
            if isinstance(outcome, Postponed):  # with its new headers Kafka does not take it: there is no other try
                return await self._one(delivery, message, outcome.otherwise)
            await self._fate(delivery, message, "skipped", SkipReason.TOO_LARGE, str(error))
            return Skip(SkipReason.TOO_LARGE, str(error))
        return outcome

    async def _follow(self, delivery: Delivery, message: Message | None, outcome: Outcome) -> None:
        match outcome:
            case Forward(message=onward_message):
                await self._forward(delivery, onward_message)
            case Skip(reason=reason, detail=detail):
                await self._fate(delivery, message, "skipped", reason, detail)
            case Failure():
                await self._dead(delivery, message, outcome)
            case Postponed(topic=tier):
                headers = retry_headers(delivery.headers, outcome, datetime.now(UTC))
                await self._publisher.send_raw(tier, delivery.key, delivery.value, headers, delivery.timestamp_ms)
            case Elsewhere(message=changed):
                value = changed.to_json() if changed else delivery.value
                headers, reads = list(delivery.headers), self._stage.reads
                await self._publisher.send_raw(reads, delivery.key, value, headers, delivery.timestamp_ms)
            case Done():
                pass

    async def _forward(self, delivery: Delivery, message: Message) -> None:
        assert self._stage.writes is not None, "a stage that forwards has a topic to write"  # noqa: S101
        key = getattr(message, "id", None)
        await self._send(self._stage.writes, self._stepped(message), delivery, key)

    async def _dead(self, delivery: Delivery, message: Message | None, failure: Failure) -> None:
        topic = _DEAD[self._stage.reads.dead_name]
        headers = dead_headers(delivery, self._stage.name, failure, datetime.now(UTC))
        await self._publisher.send_raw(topic, delivery.key, delivery.value, headers, delivery.timestamp_ms)
        await self._fate(delivery, message, "dead", failure.reason, failure.detail)

    async def _fate(self, delivery: Delivery, message: Message | None, fate: str, reason: str, detail: str) -> None:
        if fate not in self._stage.fates:
            return
        identity, url = page_id(delivery.key, delivery.value)
        url = getattr(message, "url", None) or url
        source = getattr(message, "source", None)
        source = source if isinstance(source, str) else getattr(source, "id", None)
        record = Fate(
            id=getattr(message, "id", None) or identity,
            url=url[:_MOST_URL] if url else None,
            stage=self._stage.name,
            fate=fate,
            reason=str(reason),
            detail=detail[:_MOST_DETAIL].encode("utf-8", "backslashreplace").decode(),
            at=datetime.now(UTC),
            fetched_at=getattr(message, "fetched_at", None) or delivery.arrived_at,
            source=source[:_MOST_SOURCE] if source else None,
            origin=delivery.origin,
            trail=message.trail[-_MOST_STEPS:] if message else (),
        )
        await self._send(FATES, self._stepped(record), delivery, record.id)

    async def _send(self, topic: Topic, message: Message, delivery: Delivery, key: str | None) -> None:
        await self._publisher.send(topic, message, key, onward(delivery.headers, message))

    def _stepped(self, message: Message) -> Message:
        step = Step(stage=self._stage.name, at=datetime.now(UTC))
        return message.model_copy(update={"trail": (*message.trail, step)})
