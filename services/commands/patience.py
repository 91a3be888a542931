"""Sends messages one by one, and waits while Kafka is away, but not for ever."""

import asyncio
from collections.abc import Awaitable, Callable

from services.contracts.messages import Message
from services.contracts.topics import Topic
from services.runtime.errors import Unavailable
from services.runtime.publisher import MessageTooLarge, Publisher
from services.runtime.trace import Headers
from services.runtime.waiting import Dependencies

PATIENCE_S = 300.0
SendTo = Callable[[Topic, Message, Headers | None], Awaitable[None]]


def patient(publisher: Publisher, advice: str, patience_s: float | None = PATIENCE_S) -> SendTo:
    """What sends a message and returns once Kafka has it. Raises MessageTooLarge; Unavailable with `advice` after
    `patience_s`, if there is an end to it."""
    waiting = Dependencies()

    async def send(topic: Topic, message: Message, headers: Headers | None = None) -> None:
        try:
            async with asyncio.timeout(patience_s):
                error = await waiting.wait_for("kafka", lambda: _send(publisher, topic, message, headers))
        except TimeoutError:
            raise Unavailable(f"Kafka has taken nothing for {patience_s:.0f} s; {advice}") from None
        if error:
            raise error

    return send


async def _send(
    publisher: Publisher, topic: Topic, message: Message, headers: Headers | None
) -> MessageTooLarge | None:
    """An error that no waiting mends is returned: raised, it would be waited for."""
    try:
        await publisher.send(topic, message, headers=headers)
    except MessageTooLarge as error:
        return error
    return None
