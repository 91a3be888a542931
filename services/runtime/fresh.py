"""A faust consumer that takes no acknowledgement of what it reads again after a rebalance.

faust forgets at a revocation what was acknowledged, and later seeks to what is committed. Messages from before are then
still about: in our queue (batches.py), in work, and in a full buffer's line (conductor.py: `chan.put`). Acknowledged,
they count like those read again, and what is below them is lost when the worker dies; faust itself acknowledges those
that it throws away for their generation (faust-streaming 0.15.3, streams.py: `value is skipped_value`). The generation
would not do: a static member that joins anew may get the one that it had (KIP-345).
"""

from typing import Any

from faust.transport.drivers import aiokafka as driver

Event = Any  # faust.Event; faust ships no types


class Consumer(driver.Consumer):
    """Knows of each message whether it was read since partitions were dealt last. All of it is in the loop's thread."""

    dealt = 0
    """How often partitions were taken away."""

    async def on_partitions_revoked(self, revoked: Any) -> None:
        self.dealt += 1  # from here on no message is made until partitions are assigned: faust stops the flow
        await super().on_partitions_revoked(revoked)

    def _to_message(self, tp: Any, record: Any) -> Any:
        message: Any = super()._to_message(tp, record)
        message.dealt = self.dealt
        return message

    def ack(self, message: Any) -> bool:
        return message.dealt == self.dealt and bool(super().ack(message))


def is_fresh(event: Event) -> bool:
    """Whether `event` was read since partitions were dealt last; if not, it is read again, here or elsewhere."""
    return bool(event.message.dealt == event.app.consumer.dealt)
