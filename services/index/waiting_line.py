"""Writes that wait to be sent, cut into requests."""

from collections import deque
from collections.abc import Iterable

import orjson

from services.index.bulk import Write


class Item:
    """A write on its way; `place` is where its answer goes (None: it follows from another)."""

    def __init__(self, write: Write, place: int | None = None) -> None:
        self.write = write
        self.place = place
        self.line = orjson.dumps(write.document)
        self.tries = 0
        self.moved = False


class WaitingLine:
    """Items that were added, and after them those of `source`, which are made as they are asked for."""

    def __init__(self, source: Iterable[Item] = ()) -> None:
        self._source = iter(source)
        self._items: deque[Item] = deque()

    def __len__(self) -> int:
        """How many were added and not taken yet."""
        return len(self._items)

    def add(self, item: Item) -> None:
        """`item` waits behind the others that were added."""
        self._items.append(item)

    def take(self, count: int, size: int) -> list[Item]:
        """The first items: at most `count`, and documents of `size` bytes together, or one that is larger."""
        batch: list[Item] = []
        left = size
        while len(batch) < count and (item := self._items.popleft() if self._items else next(self._source, None)):
            left -= len(item.line)
            if batch and left < 0:
                self._items.appendleft(item)
                break
            batch.append(item)
        return batch
