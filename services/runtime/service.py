"""Runs a service: its stages on faust, its health server, its watchdog; until a signal, or until something breaks."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import structlog

from services.contracts.topics import Topic
from services.runtime import probes
from services.runtime.admin import connect, differences, ensure_topics
from services.runtime.breaker import DeadRatio
from services.runtime.consumer import consumer_app
from services.runtime.emit import Emitter
from services.runtime.errors import Broken
from services.runtime.health import Health, serve_health
from services.runtime.lookout import Check, look_out
from services.runtime.loop import Loop
from services.runtime.progress import Progress
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings
from services.runtime.stage import Stage
from services.runtime.tiers import TierReader, readers_of
from services.runtime.waiting import Dependencies
from services.runtime.watchdog import Watchdog, Watched

STOP_LIMIT_S = 15.0
T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True)
class Context:
    """What a service's own wiring may use."""

    settings: Settings
    publisher: Publisher
    dependencies: Dependencies
    stopping: asyncio.Event


@dataclass(frozen=True)
class Service:
    """What a service is made of: its stages, what runs beside them until the service stops, and how to ask what it
    depends on, besides Kafka, whether it answers."""

    stages: Sequence[Stage]
    background: Sequence[Callable[[], Awaitable[None]]] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)


Wiring = Callable[[Context], AbstractAsyncContextManager[Service]]


async def run_service(name: str, settings: Settings, wiring: Wiring) -> None:
    """Run service `name` until SIGTERM or SIGINT. Raises what broke it; its supervisor then starts it anew."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    context = Context(settings, Publisher(settings), Dependencies(), stopping)
    health = Health(name, context.dependencies)
    async with AsyncExitStack() as stack:
        runner = await serve_health(health, settings.health_address(name))
        stack.push_async_callback(runner.cleanup)
        stack.push_async_callback(context.publisher.stop)
        try:
            await _or_stop(stopping, _kafka_ready(context))
            service = await _or_stop(stopping, stack.enter_async_context(wiring(context)))
        except _Stopped:
            return
        broken = asyncio.get_running_loop().create_future()
        tiers = list(readers_of(name, service.stages, settings, context.publisher, context.dependencies))
        await stack.enter_async_context(_running(name, context, service, tiers, health, broken))
        log.info("ready", topics=[stage.reads.name for stage in service.stages])
        beside: list[Callable[[], Awaitable[None]]] = [*service.background, *(tier.run for tier in tiers)]
        beside.append(partial(_look_out, context, service))
        try:
            await _until_stopped(stopping, beside, broken)
        finally:
            _exit_anyway(0 if stopping.is_set() else Broken.exit_code)


@asynccontextmanager
async def _running(
    name: str,
    context: Context,
    service: Service,
    tiers: Sequence[TierReader],
    health: Health,
    broken: "asyncio.Future[None]",
) -> AsyncIterator[None]:
    """The consumers and the watchdog, started, and stopped at the end."""
    settings, port = context.settings, context.settings.health_address(name)[1]
    watched = [
        Watched(settings.name(stage.reads.name), settings.group(name, stage.name), Progress(stage.name))
        for stage in service.stages
    ]

    def on_broken(error: Exception) -> None:
        if not broken.done():
            broken.set_exception(error)

    apps = [
        consumer_app(
            settings,
            mine.group,
            port,
            stage,
            _loop(stage, context, mine.progress),
            on_broken,
            partial(_partitions, context, stage.reads),
        )
        for mine, stage in zip(watched, service.stages, strict=True)
    ]
    watched += [tier.watched for tier in tiers]
    health.stages = [reader.progress for reader in watched]
    watchdog = Watchdog(settings, watched, lambda: bool(context.dependencies.reasons()))
    for app in apps:
        app.finalize()
    await asyncio.gather(*(app.start() for app in apps))
    watchdog.start()
    health.started = True
    try:
        yield
    finally:
        health.started = False
        watchdog.stop()
        try:
            await asyncio.wait_for(asyncio.gather(*(app.stop() for app in apps)), STOP_LIMIT_S)
        except TimeoutError:
            log.warning("faust did not stop in time; what it had in work was not acknowledged and comes again")


async def _partitions(context: Context, topic: Topic) -> int:
    return await context.dependencies.wait_for("kafka", lambda: context.publisher.partitions(topic))


def _loop(stage: Stage, context: Context, progress: Progress) -> Loop:
    ratio = DeadRatio(context.settings.dead_ratio_limit, context.settings.dead_ratio_window)
    return Loop(
        stage, Emitter(stage, context.publisher), progress, context.dependencies, ratio, context.settings.retry_delays
    )


async def _look_out(context: Context, service: Service) -> None:
    checks: dict[str, Check] = {"kafka": partial(probes.kafka, context.settings), **service.checks}
    await look_out(context.dependencies, checks)


async def _until_stopped(
    stopping: asyncio.Event, background: Sequence[Callable[[], Awaitable[None]]], broken: "asyncio.Future[None]"
) -> None:
    """Return when told to stop; raise when a stage or a background task breaks."""
    stop = asyncio.create_task(stopping.wait())
    tasks = [asyncio.ensure_future(run()) for run in background]
    try:
        waiting: set[asyncio.Future[Any]] = {stop, broken, *tasks}
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for finished in done - {stop}:
            await finished
        if stop not in done:
            raise RuntimeError("a background task ended before the service was stopped")
    finally:
        for task in (stop, *tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _exit_anyway(code: int) -> None:
    """faust can hang at exit (faust-streaming#324): a stop that takes too long ends hard, and loses nothing."""
    timer = threading.Timer(STOP_LIMIT_S + 5, os._exit, args=(code,))
    timer.daemon = True
    timer.start()


async def _kafka_ready(context: Context) -> None:
    await context.dependencies.wait_for("kafka", lambda: _topics(context.settings))
    await context.dependencies.wait_for("kafka", context.publisher.start)


class _Stopped(Exception):
    """The order to stop came before the service was up."""


async def _or_stop(stopping: asyncio.Event, work: Awaitable[T]) -> T:
    """Await `work`, which may wait for a dependency; raises _Stopped when the order to stop is faster."""
    task = asyncio.ensure_future(work)
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise _Stopped
    return await task


async def _topics(settings: Settings) -> None:
    def create() -> None:
        admin = connect(settings)
        try:
            for name in ensure_topics(admin, settings):
                log.info("topic created", topic=name)
            for difference in differences(admin, settings):
                log.warning("topic differs from the map", difference=str(difference))
        finally:
            admin.close()

    await asyncio.to_thread(create)
