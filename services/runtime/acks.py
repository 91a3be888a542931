"""Acknowledgements in the order of the messages, however their work ends.

faust takes acknowledgements in any order, but where nothing of a partition has been committed yet it commits past what
is not acknowledged, and else past one message (faust-streaming 0.15.3, consumer.py: `_new_offset` looks for a gap only
behind a committed offset, and from its second message on; #606): after a rebalance or a kill the messages in the gap
were lost (tests/integration/fetch/test_workers.py). So an event is acknowledged once all before it on its partition are
done. Of those from before a rebalance none is: fresh.py.
"""

from collections import defaultdict, deque
from collections.abc import Iterable

from services.runtime.batches import Event

Partition = tuple[str, int]


class Acks:
    """The events in work, by partition, in the order in which they came."""

    def __init__(self) -> None:
        self._waiting: defaultdict[Partition, deque[Event]] = defaultdict(deque)
        self._is_done: dict[int, bool] = {}
        """By id() of the events that wait, which are thereby alive: no other has it."""

    def begin(self, events: Iterable[Event]) -> None:
        """These are next."""
        for event in events:
            self._waiting[_partition(event)].append(event)
            self._is_done[id(event)] = False

    def done(self, events: Iterable[Event]) -> None:
        """These may be acknowledged: now, or when all before them may."""
        mine = [event for event in events if id(event) in self._is_done]
        self._is_done |= dict.fromkeys(map(id, mine), True)
        for partition in dict.fromkeys(map(_partition, mine)):
            waiting = self._waiting[partition]
            while waiting and self._is_done[id(waiting[0])]:
                event = waiting.popleft()
                del self._is_done[id(event)]
                event.ack()

    def drop(self) -> None:
        """None of them will be: their partitions are dealt anew."""
        self._waiting.clear()
        self._is_done.clear()


def _partition(event: Event) -> Partition:
    return event.message.topic, event.message.partition
