"""Which pages a replay sends, and how far it has come."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from services.contracts.messages import PageMessage
from services.runtime.settings import Settings


@dataclass(frozen=True)
class Choice:
    """Pages fetched from `since` on and before `until`, of one of `sources`, whose URL matches the pattern `url`."""

    since: datetime | None = None
    until: datetime | None = None
    sources: tuple[str, ...] = ()
    url: str | None = None

    def wants(self, page: PageMessage) -> bool:
        """Whether `page` is one of them."""
        at = page.fetched_at
        return (
            (self.since is None or (at is not None and at >= self.since))
            and (self.until is None or (at is not None and at < self.until))
            and (not self.sources or page.source in self.sources)
            and (self.url is None or fnmatchcase(page.url, self.url))
        )


class Bookmark:
    """How far a replay has come: a file in the home for each archive, choice and Kafka. All before it is sent."""

    def __init__(self, settings: Settings, where: str, choice: Choice) -> None:
        name = hashlib.sha256(repr((where, choice, settings.kafka, settings.namespace)).encode()).hexdigest()[:16]
        self._path = settings.home_dir / "replay" / f"{name}.json"

    def read(self) -> tuple[str, int] | None:
        """File and offset to go on from; None at the beginning."""
        try:
            found = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return None
        return found["file"], found["end"]

    def write(self, file: str, end: int) -> None:
        """All up to `end` of `file` is sent."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps({"file": file, "end": end}), "utf-8")
        new.replace(self._path)

    def remove(self) -> None:
        """All is sent."""
        self._path.unlink(missing_ok=True)

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return self._path
