"""Articles and tombstones into the archive, so that any order of arrival, and any replay, ends the same.

Versions decide in Elasticsearch, atomically. What they can not decide is done here: who lost a conflict, what an
article remembers of its other versions (history.py), and what one that lacks enrichment keeps of them (kept.py). That
rests on one writer an id: messages of one page have one key, so one worker has them; what a worker that lost its
partition still writes is processed again by its successor.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TypeVar

from services.index import history, kept, retagged
from services.index.bulk import Answer, Kind, Route, Write
from services.index.kept import Document
from services.index.stored import Stored, look_up
from services.index.versions import FORGOTTEN
from services.index.writer import Writer
from services.runtime.errors import Unavailable

ATTEMPTS = 5
T = TypeVar("T")


class Standing(Enum):
    """What became of a record."""

    NEWEST = "newest"
    """it is what is stored"""
    RETAGGED = "retagged"
    """it was stored, and is now as it was enriched again"""
    SUPERSEDED = "superseded"
    """a newer version of the page is there"""
    GONE = "gone"
    FORGOTTEN = "forgotten"
    REFUSED = "refused"


def absorb(stored: Document, late: Document, version: int) -> Document | None:
    """`stored` with what an older version that arrives `late` leaves to it; None when that is nothing."""
    told = history.absorb(stored, late, version)
    return kept.absorb(told or stored, late, version) or told


Change = Callable[[Document, Document, int], Document | None]
CHANGES: dict[Standing, Change] = {Standing.SUPERSEDED: absorb, Standing.NEWEST: retagged.replace}
"""How what is stored is changed by a record that lost against it."""
POOR = tuple({*kept.NEEDED, *history.NEEDED})
"""The fields that a version reads which takes another's place and lacks enrichment."""
CONFLICTING = tuple({*POOR, *retagged.NEEDED})
"""The fields that these read."""


@dataclass(frozen=True)
class Result:
    """What became of a record, and in words what stands in its way."""

    standing: Standing
    detail: str = ""


@dataclass(frozen=True)
class Record:
    """One version of a page: an article, or a tombstone. `make` gives its document when it is about to be sent.

    `lacks`: whether it lacks enrichment; `vector`: whether it has what `kept.complete` may add to what is stored;
    `again`: whether it was enriched again.
    `then` makes what is written once the record is known to be stored.
    """

    id: str
    version: int
    make: Callable[[], Document]
    lacks: bool = False
    vector: bool = False
    again: bool = False
    then: Callable[[], Write] | None = None


class Archive:
    """The articles' index behind `alias`."""

    def __init__(self, writer: Writer, alias: str) -> None:
        self._writer = writer
        self._es = writer.es
        self._alias = alias

    async def put(self, records: Sequence[Record], *, searchable: bool = False) -> list[Result]:
        """Store records, in order; a refused one fails alone. Raises Unavailable."""
        results: dict[int, Result] = {}
        for wave in waves(list(enumerate(records)), key=lambda pair: pair[1].id):
            found = await self._put_wave([record for _, record in wave], searchable)
            results |= {place: result for (place, _), result in zip(wave, found, strict=True)}
        return [results[place] for place in range(len(records))]

    async def _put_wave(self, records: list[Record], searchable: bool) -> list[Result]:
        """The same for records of different ids."""
        older: dict[str, Stored] = {}
        for lacks, fields in ((True, POOR), (False, history.NEEDED)):
            ids = [record.id for record in records if record.lacks is lacks]
            older |= await look_up(self._es, self._alias, ids, fields)
        writes = (self._write(record, older.get(record.id)) for record in records)
        answers = await self._writer.write(writes, len(records), searchable=searchable)
        lost = [record for record, answer in zip(records, answers, strict=True) if answer.kind is Kind.STALE]
        judged = await self._conflicts(lost) if lost else {}
        return [judged.get(r.id) or _result(answer) for r, answer in zip(records, answers, strict=True)]

    def _write(self, record: Record, older: Stored | None) -> Write:
        document = record.make()
        if older and older.version < record.version and "gone" not in document:
            document = history.joined(document, older.document, older.version)
            document = kept.succeed(document, older.document, older.version)
        return Write(self._alias, record.id, record.version, document, Route.HOME, then=record.then)

    async def _conflicts(self, lost: list[Record]) -> dict[str, Result]:
        """What the records lost against; and what they leave to it."""
        ids = [record.id for record in lost]
        now = await look_up(self._es, self._alias, ids, CONFLICTING)
        if missing := [id_ for id_ in ids if id_ not in now]:  # moved a moment ago, or deleted
            now |= await look_up(self._es, self._alias, missing, CONFLICTING, fresh=True)
        results = {record.id: judge(record, now.get(record.id)) for record in lost}
        same = [r.then() for r in lost if r.then and results[r.id].standing is Standing.NEWEST]
        await self._writer.write_all(same)  # a crash may have come before it
        for record in lost:
            standing, stored = results[record.id].standing, now.get(record.id)
            differs = record.vector or record.again or (stored and "retagged_at" in stored.document)
            if standing is Standing.SUPERSEDED or (standing is Standing.NEWEST and differs):
                changed = await self._leave(record, stored, CHANGES[standing])
                if changed and record.again and standing is Standing.NEWEST:
                    results[record.id] = Result(Standing.RETAGGED)
        return results

    async def _leave(self, record: Record, stored: Stored | None, change: Change) -> bool:
        """Give the version that won what this one has and it lacks; whether that was anything."""
        for _ in range(ATTEMPTS):
            if stored is None or change(stored.document, record.make(), record.version) is None:
                return False
            whole = (await look_up(self._es, self._alias, [record.id])).get(record.id)
            document = change(whole.document, record.make(), record.version) if whole else None
            if whole is None or document is None or whole.version < record.version:
                return False
            if any(document[name] != whole.document.get(name) for name in document.keys() - {*history.FIELDS}):
                document["indexed_at"] = datetime.now(UTC).isoformat()
            # At the stored version: whatever is newer still by then makes this a conflict, and we look again.
            write = Write(whole.index, record.id, whole.version, document, Route.INDEX, same=True)
            (answer,) = await self._writer.write_all([write])
            if answer.kind is Kind.WRITTEN:
                return True
            stored = (await look_up(self._es, self._alias, [record.id], CONFLICTING)).get(record.id)
        raise Unavailable(f"article {record.id} is being written by several workers at once")


def judge(record: Record, stored: Stored | None) -> Result:
    """How a record that lost a conflict stands. Raises Unavailable when what it lost against is not there any more."""
    if stored is None:
        # As in stored.expect_winners. What retention deleted a moment ago is refused as expired when it comes again.
        raise Unavailable(f"article {record.id} lost against a version that is not there")
    if stored.version < record.version:
        raise Unavailable(f"article {record.id} moved while it was written")
    if stored.version == record.version:
        return Result(Standing.NEWEST)
    if gone := stored.document.get("gone"):
        standing = Standing.FORGOTTEN if stored.version == FORGOTTEN else Standing.GONE
        return Result(standing, f"{gone.get('detail') or gone.get('reason')} (since {gone.get('at')})")
    return Result(Standing.SUPERSEDED)


def waves(items: Iterable[T], key: Callable[[T], str]) -> Iterator[list[T]]:
    """`items` in lists in which no key comes twice; of one key, in order."""
    rest = list(items)
    while rest:
        seen: set[str] = set()
        wave: list[T] = []
        later: list[T] = []
        for item in rest:
            (later if key(item) in seen else wave).append(item)
            seen.add(key(item))
        yield wave
        rest = later


def _result(answer: Answer) -> Result:
    return Result(Standing.REFUSED, answer.reason) if answer.kind is Kind.REFUSED else Result(Standing.NEWEST)
