"""faust's consumer, bounded by bytes: it takes no more off a fetch than fits a budget, and leaves the rest packed.

faust-streaming 0.15.3 takes all that aiokafka has fetched, from every partition, in one list (`getmany`). A fetch is
bounded before it is unpacked (consumer_max_fetch_size): 4 MiB of pages packed 1:1000 are a list of 4 GiB. aiokafka
unpacks one producer's batch after the other, and only when it is asked for the next message; so asking for one message
at a time, until there are enough bytes, is all it takes. With a lag of 60 pages of 10 MiB a waiting service
had 743 MiB resident, and has 246 MiB now (tests/integration/runtime/test_backpressure.py).
"""

from collections.abc import Mapping
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from faust.transport.drivers import aiokafka as driver

from services.contracts.topics import MIB
from services.runtime.fresh import Consumer

BYTES = 8 * MIB
MOST = 500  # Kafka's own default of max.poll.records
log = structlog.get_logger()
Records = dict[Any, list[Any]]  # by faust.TP


def bound(app: Any) -> None:
    """Have `app`, a faust.App that is not started, read Kafka within the budget."""
    app.transport = _Transport(app.conf.broker_consumer, app)


class _Thread(driver.AIOKafkaConsumerThread):
    async def _fetch_records(
        self,
        consumer: Any,
        active_partitions: Any,
        timeout: float | None = None,  # noqa: ASYNC109  # faust's signature
        max_records: int | None = None,
    ) -> Records:
        """At least one message when there is one in time; then what is there already, within the budget."""
        take = super()._fetch_records
        records = dict(await take(consumer, active_partitions, timeout=timeout, max_records=1))
        size, count = _size(records), 1
        # With no time to wait, and no rebalance, what follows never suspends: nothing can change in between.
        while records and size < BYTES and count < MOST and not _rebalancing(consumer):
            try:
                more = await take(consumer, active_partitions, timeout=0, max_records=1)
            except KafkaError as error:  # raised again by the next fetch, if it lasts; raised here, `records` were lost
                log.warning("a fetch was cut short", error=repr(error))
                break
            if not more:
                break
            for tp, some in more.items():
                records.setdefault(tp, []).extend(some)
            size, count = size + _size(more), count + 1
        return records


class _Consumer(Consumer):
    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class _Transport(driver.Transport):
    Consumer = _Consumer


def _rebalancing(consumer: Any) -> bool:
    return bool(consumer._fetcher._subscriptions.reassignment_in_progress)


def _size(records: Mapping[Any, list[Any]]) -> int:
    return sum(len(record.key or b"") + len(record.value or b"") for some in records.values() for record in some)
