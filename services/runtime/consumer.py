"""The faust application of a stage: a raw topic in, batches to the loop, acknowledgements back.

One a stage, not one a service: an application hands on one message after the other, whatever its topic, and waits
where a stage's buffer is full. So of two stages in one application the slower would hold up the other for as long as
it had messages waiting, until the watchdog took that for a stall (tests/integration/runtime/test_two_stages.py).

Settings that are not faust's defaults, each for a reason in faust-streaming's issues or docs:
at-least-once (exactly_once duplicates on rebalance, #323), no web server, no leader election topic,
concurrency 1 (#606), static membership so that a killed worker's successor takes over at once, small
buffers so that memory stays bounded whatever the lag.
"""

import os
import socket
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import faust
from faust.auth import SASLCredentials, SSLCredentials

from services.contracts.topics import MAX_MESSAGE_BYTES, MIB
from services.runtime.acks import Acks
from services.runtime.batches import Event, batches, delivery_of
from services.runtime.fresh import is_fresh
from services.runtime.intake import bound
from services.runtime.kafka import METADATA_MS, tls
from services.runtime.lanes import Lanes
from services.runtime.loop import Loop
from services.runtime.settings import Settings
from services.runtime.share import Share
from services.runtime.stage import Stage

BUFFER = 4  # messages between faust and our own queue; unlike what is before and after, not bounded by bytes
SESSION_S = 30.0  # without a heartbeat; they come from faust's own thread, also while a batch takes minutes
POLL_INTERVAL_S = 1800.0  # between two polls of a consumer that is not taken for dead
FETCH_BYTES = 4 * MIB  # a partition and fetch; one larger message still comes, alone (KIP-74)


def consumer_app(
    settings: Settings,
    group: str,
    port: int,
    stage: Stage,
    loop: Loop,
    broken: Callable[[Exception], None],
    partitions: Callable[[], Awaitable[int]],
) -> faust.App:
    """A faust app with one agent for `stage`, not started.

    `port` tells workers on one machine apart. `broken` is told when a stage ends with an error: faust would
    restart the agent and leave its unacknowledged messages behind. `partitions`: how many the stage's topic has.
    """
    app = faust.App(
        group,
        broker=[f"kafka://{server}" for server in settings.kafka_servers],
        broker_credentials=_credentials(settings),
        consumer_metadata_max_age_ms=METADATA_MS,
        store="memory://",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=f"{group}-{socket.gethostname()}-{port}",
        consumer_max_fetch_size=FETCH_BYTES,
        producer_max_request_size=MAX_MESSAGE_BYTES,
        stream_buffer_maxsize=min(settings.batch, BUFFER),
        stream_wait_empty=False,
        broker_commit_interval=1.0,
        broker_session_timeout=SESSION_S,
        broker_heartbeat_interval=SESSION_S / 10,
        broker_request_timeout=40.0,
        broker_max_poll_interval=POLL_INTERVAL_S,
        # A stage that waits for Elasticsearch is patient, not stuck; the watchdog judges stalls.
        stream_processing_timeout=24 * 3600.0,
        # We have no tables, but faust makes their folder all the same, and the working directory may be read-only.
        datadir=str(Path(tempfile.gettempdir()) / f"newsloom-faust-{os.getuid()}"),
    )
    bound(app)
    drop = _agent(app, settings, stage, loop, broken)
    if stage.share:
        _tell(app, settings.name(stage.reads.name), stage.share, partitions, drop)
    return app


def _credentials(settings: Settings) -> SASLCredentials | SSLCredentials | None:
    """What kafka.client_options has, in faust's words."""
    context = tls(settings)
    if settings.kafka_user:
        return SASLCredentials(
            username=settings.kafka_user,
            password=settings.kafka_password.get_secret_value(),
            ssl_context=context,
            mechanism=settings.kafka_sasl,
        )
    return SSLCredentials(context) if context else None


def _tell(
    app: faust.App,
    topic: str,
    share: Share,
    partitions: Callable[[], Awaitable[int]],
    drop: Callable[[], None],
) -> None:
    """Tell `share` of each rebalance, and drop what waits in the lanes. faust waits for what is connected to signals.

    What is not acknowledged by then is read again in any case (faust seeks to what is committed), so that to go on
    with it would be to do it twice.
    """

    async def revoked(*_: Any, **__: Any) -> None:
        await share.revoked()
        drop()

    async def assigned(_: Any, /, *given: Any, **__: Any) -> None:
        # Not faust's `topic_partitions`: it knows the topic's metadata only some time after the first assignment.
        await share.assigned([tp.partition for tp in given[0] if tp.topic == topic], await partitions())

    app.on_partitions_revoked.connect(revoked, weak=False)
    app.on_partitions_assigned.connect(assigned, weak=False)


def _agent(
    app: faust.App, settings: Settings, stage: Stage, loop: Loop, broken: Callable[[Exception], None]
) -> Callable[[], None]:
    """Add the agent; what is returned gives up what is in work."""
    topic = app.topic(
        settings.name(stage.reads.name),
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        allow_empty=True,
    )

    async def handle(events: list[Event]) -> None:
        await loop.handle([delivery_of(event) for event in events])
        acks.done(events)

    acks = Acks()
    lanes = Lanes(stage.lanes, handle, acks.begin)

    def drop() -> None:
        lanes.drop()
        acks.drop()

    async def read(stream: Any) -> None:
        try:
            most = stage.batch or settings.batch
            async with aclosing(batches(stream, most, settings.batch_wait_s, is_fresh)) as taken:
                await lanes.run(taken)
        except Exception as error:
            broken(error)
            raise

    app.agent(topic, name=f"{app.conf.id}.{stage.name}.{stage.reads.name}", concurrency=1)(read)
    return drop
