"""What the server saw: a line of NDJSON for each request."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One request and its answer. Times are seconds of the machine's monotonic clock, the same in all processes.

    `began`: its head was read; `ended`: the last byte of the answer went to the kernel, or the connection was found
    closed (`broken_off`). `status` 0: none was sent. `leave_until`: a Retry-After asks for no request before.
    """

    host: str
    path: str
    headers: dict[str, str]
    connection: int
    began: float
    ended: float
    status: int
    broken_off: bool = False
    leave_until: float | None = None


@dataclass
class Record:
    """Keeps every entry; in `file` too, each at once, if one is given."""

    file: Path | None = None
    entries: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Write one down."""
        self.entries.append(entry)
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(entry)) + "\n")


def read(file: Path) -> list[Entry]:
    """The entries of a record, by when they began."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return sorted((Entry(**json.loads(line)) for line in lines), key=lambda entry: entry.began)
