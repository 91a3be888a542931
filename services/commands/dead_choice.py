"""Which dead letters a command works on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

import orjson

from services.contracts.topics import DEAD, Topic
from services.runtime.dead import read_context
from services.runtime.decode import page_id
from services.runtime.errors import UsageError
from services.runtime.letters import Letter, dead_topic
from services.runtime.markers import State, States
from services.search.times import parse_time


@dataclass(frozen=True)
class Choice:
    """Letters of `topic` and `stage` that died of `reason`, from `since` on and before `until`.

    `url` and `error` are parts of the text, `error` in any case of letters; `source` is an id.
    """

    topic: str | None = None
    stage: str | None = None
    reason: str | None = None
    url: str | None = None
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    error: str | None = None
    all_states: bool = False
    limit: int | None = None

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The dead topics to read. Raises UsageError."""
        return (dead_topic(self.topic),) if self.topic else DEAD

    def of(self, found: Iterator[Letter], states: dict[Topic, States]) -> Iterator[Letter]:
        """Those of `found` that are chosen, at most `limit`."""
        wanted = (
            letter
            for letter in found
            if (self.all_states or states[letter.topic].of(letter.offset) is State.OPEN) and self.wants(letter)
        )
        return islice(wanted, self.limit)

    def wants(self, letter: Letter) -> bool:
        """Whether the letter is one of them, whatever was done with it."""
        story = read_context(letter.headers)
        return (
            self.stage in (None, story.get("stage"))
            and self.reason in (None, story.get("reason"))
            and (not self.error or self.error.casefold() in _error(story))
            and (not (self.since or self.until) or self._timely(died_at(letter)))
            and (self.source is None or self.source == source(letter))
            and (self.url is None or self.url in (page_id(letter.key, letter.value)[1] or ""))
        )

    def _timely(self, at: datetime) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


def _error(story: dict[str, str]) -> str:
    return f"{story.get('error-class', '')}: {story.get('error', '')}".casefold()


def died_at(letter: Letter) -> datetime:
    """When it last died; without a story that can be read, the time of its message."""
    try:
        at = datetime.fromisoformat(read_context(letter.headers).get("last-at", ""))
    except ValueError:
        return datetime.fromtimestamp(max(0, letter.timestamp_ms) / 1000, UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def source(letter: Letter) -> str | None:
    """Id of the source that brought it: as its header says, else as the message says."""
    for name, value in letter.headers:
        if name == "source" and value:
            return value.decode("utf-8", "replace")
    try:
        data = orjson.loads(letter.value)
    except orjson.JSONDecodeError:
        return None
    found = data.get("source") if isinstance(data, dict) else None
    found = found.get("id") if isinstance(found, dict) else found
    return found if isinstance(found, str) else None


def time_option(option: str, *, end: bool) -> Callable[[str | None], datetime | None]:
    """Reads the value of `option` as the search does: RFC 3339, 2026-11, 7d. Raises UsageError."""

    def read(text: str | None) -> datetime | None:
        try:
            return None if text is None else parse_time(text, datetime.now(UTC), end=end)
        except ValueError as error:
            raise UsageError(f"{option} {text}: {error}") from None

    return read
