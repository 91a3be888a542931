"""Publishes the files of a folder: each once, going on after any kill where Kafka had confirmed; once, or for ever."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from services.commands.publish_look import Entry, look
from services.commands.publish_page import Refused, Told
from services.commands.publish_read import Piece, kind_of, pieces
from services.commands.publish_send import Send, Step, Tally, batches, send_batch
from services.commands.publish_state import Published

LOOK_S = 2.0
"""Between two looks at a folder that is watched: a file that did not grow from one to the next is complete."""
Report = Callable[[], None]


@dataclass
class FolderTally(Tally):
    """The same, with files."""

    files: int = 0
    unchanged: int = 0
    looked_at: int = 0


@dataclass(frozen=True)
class _Progress:
    """How far a file is once the step is dealt with."""

    entry: Entry
    done: int
    whole: bool = False


@dataclass
class Folder:
    """A folder on its way to Kafka."""

    path: Path
    told: Told
    published: Published
    send: Send
    report: Report
    tally: FolderTally = field(default_factory=FolderTally)
    total: int = 0

    async def once(self) -> None:
        """Publish what is there and is not published yet."""
        await self._publish(await asyncio.to_thread(lambda: list(look(self.path))))

    async def watch(self, stop: asyncio.Event) -> None:
        """Publish what is there and what comes, once it is complete, until `stop`."""
        before: dict[bytes, tuple[int, int]] = {}
        dealt_with: dict[bytes, tuple[int, int]] = {}
        while not stop.is_set():
            found = await asyncio.to_thread(lambda: list(look(self.path)))
            complete = [e for e in found if before.get(e.key) == e.stamp != dealt_with.get(e.key)]
            before = {entry.key: entry.stamp for entry in found}
            await self._publish(complete, stop)
            dealt_with |= {entry.key: entry.stamp for entry in complete}
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_S)

    async def _publish(self, entries: Sequence[Entry], stop: asyncio.Event | None = None) -> None:
        self.total += len(entries)
        work = batches(self._steps(entries))
        while not (stop and stop.is_set()) and (batch := await asyncio.to_thread(next, work, None)):
            await send_batch(batch, self.send, self.tally)
            progress = [step.about for step in batch if isinstance(step.about, _Progress)]
            self.published.note((p.entry, p.done, p.whole) for p in progress)
            self.tally.files += sum(p.whole for p in progress)
            self.report()

    def _steps(self, entries: Iterable[Entry]) -> Iterator[Step]:
        for entry in entries:
            if entry.passed or entry.refused:
                yield Step(entry.shown, Piece("", passed=entry.passed, refused=entry.refused))
            elif (done := self.published.done(entry)) is None:
                self.tally.unchanged += 1
            else:
                yield from self._file(entry, done)
            self.tally.looked_at += 1

    def _file(self, entry: Entry, done: int) -> Iterator[Step]:
        kind = kind_of(entry.name) or ""
        try:
            for piece in islice(pieces(entry.path, entry.name, self.told), done, None):
                done += 1
                where = f"{entry.shown}, {piece.place}" if piece.place else entry.shown
                yield Step(where, piece, _Progress(entry, done))
        except Refused as error:
            # Not through: the next run tells of it again.
            yield Step(entry.shown, Piece(kind, refused=str(error)))
            return
        yield Step(entry.shown, Piece(kind), _Progress(entry, done, whole=True))
