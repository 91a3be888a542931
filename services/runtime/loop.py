"""What happens to a batch: decode, process, judge, emit, acknowledge; in this order, and no step is skipped."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from services.contracts.fates import BadInput, Skip, SkipReason
from services.contracts.messages import Message
from services.runtime.alive import work_of
from services.runtime.breaker import DeadRatio
from services.runtime.decode import decode
from services.runtime.emit import Emitter, Result
from services.runtime.errors import Broken
from services.runtime.progress import BATCH_SECONDS, Progress
from services.runtime.retries import settled
from services.runtime.stage import Delivery, Failure, Outcome, Stage
from services.runtime.waiting import Dependencies

log = structlog.get_logger()


class Loop:
    """Handles the batches of one stage. Nothing in here knows faust."""

    def __init__(
        self,
        stage: Stage,
        emitter: Emitter,
        progress: Progress,
        dependencies: Dependencies,
        ratio: DeadRatio,
        delays: Sequence[float] = (),
    ) -> None:
        self._stage = stage
        self._emitter = emitter
        self._progress = progress
        self._dependencies = dependencies
        self._ratio = ratio
        self._delays = delays

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Bring every delivery to its outcome; when this returns, the batch may be acknowledged.

        Does not return once the dead ratio is over its limit: the stage then waits, not ready, for people.
        """
        if self._progress.halted:  # by a batch that was in work beside this one
            await asyncio.Event().wait()
        with self._progress.batch(), BATCH_SECONDS.labels(self._stage.name).time(), work_of(self._progress.tick):
            results = await self._results(deliveries)
            reason = self._ratio.would_exceed([outcome for _, _, outcome in results])
            if reason and self._stage.halts and not self._stage.onlooker:
                await self._halt(reason, results)
            outcomes = await self._dependencies.wait_for("kafka", lambda: self._emitter.emit(results))
            for _, message, _ in results:
                if message is not None:
                    self._stage.confirmed(message)
            self._ratio.record(outcomes)
            self._progress.record(outcomes)
        _log_failures(self._stage.name, results)

    async def _results(self, deliveries: Sequence[Delivery]) -> list[Result]:
        decoded = [self._decode(delivery) for delivery in deliveries]
        good = [message for message in decoded if isinstance(message, Message)]
        outcomes = iter(await self._process(good) if good else ())
        now = datetime.now(UTC)
        return [
            (delivery, message, settled(next(outcomes), delivery.headers, self._stage, self._delays, now))
            if isinstance(message, Message)
            else (delivery, None, message)
            for delivery, message in zip(deliveries, decoded, strict=True)
        ]

    def _decode(self, delivery: Delivery) -> Message | Skip | Failure:
        topic = self._stage.reads
        assert topic.model is not None, "a stage reads a topic with a model"  # noqa: S101
        if len(delivery.value) > topic.max_bytes:  # the broker measures what is compressed
            text = f"the message has {len(delivery.value):,} bytes; {topic.name} takes at most {topic.max_bytes:,}"
            return Skip(SkipReason.TOO_LARGE, text)
        try:
            return self._stage.prepare(decode(delivery.value, topic.model), delivery)
        except BadInput as error:
            return Failure.of(error)
        except Exception as error:  # a bug of ours; one message must not stop the topic
            log.exception("decoding failed", stage=self._stage.name)
            return Failure.of(error)

    async def _process(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Outcomes in order; when the stage itself breaks, its messages go one by one to find whose fault it is."""
        try:
            outcomes = await self._dependencies.wait_for(self._stage.needs, lambda: self._stage.process(messages))
        except Broken:
            raise
        except Exception as error:
            log.exception("stage failed on a batch", stage=self._stage.name, messages=len(messages))
            if len(messages) == 1:
                return [Failure.of(error)]
            return [outcome for message in messages for outcome in await self._process([message])]
        if len(outcomes) != len(messages):
            raise RuntimeError(f"{self._stage.name} gave {len(outcomes)} outcomes for {len(messages)} messages")
        return outcomes

    async def _halt(self, reason: str, results: Sequence[Result]) -> None:
        _log_failures(self._stage.name, results)
        log.error("stage halted", stage=self._stage.name, reason=reason)
        self._progress.halted = reason
        await asyncio.Event().wait()


def _log_failures(stage: str, results: Sequence[Result]) -> None:
    for delivery, _, outcome in results:
        if isinstance(outcome, Failure):
            where = delivery.origin.model_dump()
            log.warning("message dead", stage=stage, reason=str(outcome.reason), error=outcome.detail, **where)
