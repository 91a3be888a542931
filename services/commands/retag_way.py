"""The way of an article that is enriched again: through the enrich and the index service, which others do for us."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from services.contracts.topics import ARTICLES, ENRICHED, Topic
from services.runtime import offsets
from services.runtime.admin import connect
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

WAY: tuple[tuple[str, Topic], ...] = (("enrich", ARTICLES), ("index", ENRICHED))
"""Services and what they read, in order."""
LOOK_S = 1.0
ANSWER_S = 30.0
PATIENCE_S = 300.0
"""Seconds in which a service that is well acknowledges something."""
T = TypeVar("T")


class Way:
    """Asks Kafka how far the services are. Every method raises Unavailable."""

    def __init__(self, admin: KafkaAdminClient, settings: Settings) -> None:
        self._admin, self._settings = admin, settings

    async def must_be_open(self) -> None:
        """Raise Unavailable unless both services are there."""
        topics = await self._ask(self._admin.list_topics)
        for service, topic in WAY:
            name = self._settings.name(topic.name)
            if name not in topics or not await self._ask(
                partial(offsets.members, self._admin, self._settings.group(service, service))
            ):
                raise Unavailable(
                    f"no {service} service reads {name}; start it (newsloom up, or newsloom run {service}) with the "
                    "same settings as here, and run this again"
                )

    async def passed(self, waiting: Callable[[str, int], None]) -> None:
        """Return when all that was sent until now is indexed, skipped or dead; tells how much is `waiting` for whom."""
        for service, topic in WAY:
            upto = await self._ask(partial(offsets.ends, self._admin, self._settings.name(topic.name)))
            before, since = -1, time.monotonic()
            while left := await self._ask(
                partial(offsets.left, self._admin, self._settings.group(service, service), upto)
            ):
                if left != before:
                    before, since = left, time.monotonic()
                if time.monotonic() - since > PATIENCE_S:
                    raise Unavailable(
                        f"the {service} service has acknowledged nothing for {PATIENCE_S:.0f} s, {left} messages wait "
                        "for it; see 'newsloom status', and run this again to go on"
                    )
                waiting(service, left)
                await asyncio.sleep(LOOK_S)

    async def _ask(self, question: Callable[[], T]) -> T:
        """The answer; asked again for a while where the broker is not ready to give one, as before its first group."""
        began = time.monotonic()
        while True:
            try:
                return await asyncio.to_thread(question)
            except KafkaError as error:
                if not error.retriable or time.monotonic() - began > ANSWER_S:
                    where = self._settings.kafka
                    raise Unavailable(
                        f"Kafka at {where} does not tell how far its readers are ({error!r}); run this again to go on"
                    ) from error
            await asyncio.sleep(LOOK_S)


@asynccontextmanager
async def way(settings: Settings) -> AsyncIterator[Way]:
    """A connection to ask through. Raises Unavailable."""
    admin = await asyncio.to_thread(connect, settings)
    try:
        yield Way(admin, settings)
    finally:
        await asyncio.to_thread(admin.close)
