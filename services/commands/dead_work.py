"""Sends dead letters again and marks what was done with them: group by group, so that a kill costs one group."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.contracts.topics import Topic, topic_named
from services.runtime.dead import replay_headers
from services.runtime.letters import Letter
from services.runtime.markers import MOST, Marker, State, markers
from services.runtime.publisher import MessageTooLarge
from services.runtime.trace import Headers

GROUP = 200
GROUP_BYTES = 32 * 2**20
"""A letter may have 32 MiB; a group begins with any, and takes no more than this beside it."""
Marked = Callable[[Topic, Marker], None]
"""Told of each marker that Kafka has confirmed."""


class Sender(Protocol):
    """What sends; see runtime/publisher.py."""

    async def send_raw(
        self, topic: Topic, key: bytes | None, value: bytes, headers: Headers, timestamp_ms: int | None = None
    ) -> None:
        """Returns when Kafka has it."""


@dataclass
class Tally:
    """How many letters were sent or dropped, and which were refused, and why."""

    done: int = 0
    refused: dict[str, str] = field(default_factory=dict)


def groups(chosen: Iterable[Letter], most: int = GROUP) -> Iterator[list[Letter]]:
    """Letters of one topic together, bounded in number and bytes."""
    group: list[Letter] = []
    size = 0
    for letter in chosen:
        full = len(group) == most or size + len(letter.value) > GROUP_BYTES
        if group and (full or group[0].topic != letter.topic):
            yield group
            group, size = [], 0
        group.append(letter)
        size += len(letter.value)
    if group:
        yield group


async def replay(chosen: Iterable[Letter], sender: Sender, rate: float | None, marked: Marked) -> Tally:
    """Send all that is chosen to its topic again, at most `rate` a second. A marker follows what Kafka confirmed."""
    tally = Tally()
    began = time.monotonic()
    passed = 0
    for group in groups(chosen, max(1, min(GROUP, int(rate))) if rate else GROUP):
        answers = await asyncio.gather(*(_send(sender, letter) for letter in group), return_exceptions=True)
        sent = [letter for letter, answer in zip(group, answers, strict=True) if answer is None]
        await _mark(sender, State.REPLAYED, sent, marked)
        for letter, answer in zip(group, answers, strict=True):
            if isinstance(answer, MessageTooLarge):
                tally.refused[letter.ref] = str(answer)
            elif answer is not None:
                raise answer
        tally.done += len(sent)
        passed += len(group)
        if rate:
            await asyncio.sleep(max(0.0, began + passed / rate - time.monotonic()))
    return tally


async def drop(chosen: Iterable[Letter], sender: Sender, marked: Marked) -> Tally:
    """Mark all that is chosen as dropped."""
    tally = Tally()
    for group in groups(chosen, MOST):
        await _mark(sender, State.DROPPED, group, marked)
        tally.done += len(group)
    return tally


async def _send(sender: Sender, letter: Letter) -> None:
    topic = topic_named(letter.topic.name.removesuffix(".dead"))
    await sender.send_raw(topic, letter.key, letter.value, replay_headers(letter.headers), letter.timestamp_ms)


async def _mark(sender: Sender, state: State, group: Sequence[Letter], marked: Marked) -> None:
    for marker in markers(state, (letter.offset for letter in group)):
        await sender.send_raw(group[0].topic, None, b"", marker.headers())
        marked(group[0].topic, marker)
