"""Two ways in which frameworks write data flat: Nuxt 3 and SvelteKit (devalue), and Next.js (React's flight rows)."""

import re
from collections.abc import Iterator
from typing import Any

from services.clean.scripts import value_of

_ROW = re.compile(rb"([0-9a-f]*):(?:T([0-9a-f]{1,8}),)?")
_MOST_ROWS = 20_000


def is_devalue(value: Any) -> bool:
    """Whether it is a list of values that name each other by their places in it (devalue 5, src/parse.js)."""
    if not isinstance(value, list) or len(value) < 2:
        return False
    first = value[0]
    places = first.values() if isinstance(first, dict) else first[1:] if isinstance(first, list) else ()
    return bool(places) and all(type(place) is int and place < len(value) for place in places)


def unflattened(values: list[Any]) -> Any:
    """The first of devalue's `values` with the others put into it; it may hold itself.

    A list that begins with a string is another type's: the value is what it wraps (["Reactive", 1]), or a map's keys
    and values in turns.
    """
    made: list[Any] = [{} if isinstance(v, dict) else [] if isinstance(v, list) else v for v in values]

    def at(place: Any) -> Any:
        return made[place] if type(place) is int and 0 <= place < len(made) else None

    for value, shell in zip(values, made, strict=True):
        if isinstance(value, dict):
            shell.update((key, at(place)) for key, place in value.items())
        elif isinstance(value, list):
            shell.extend(map(at, value[1:] if value and isinstance(value[0], str) else value))
    return made[0]


def flight_rows(chunks: list[Any]) -> Iterator[Any]:
    """The values of React's rows, as Next.js pushes them in pieces: `ID:JSON` and a line feed, or `ID:TLENGTH,TEXT`
    with the length in bytes, hexadecimal (facebook/react, ReactFlightClient.js). Rows of other kinds are passed over.
    """
    stream = "".join(c[1] for c in chunks if isinstance(c, list) and len(c) == 2 and isinstance(c[1], str))
    data = stream.encode("utf-8", "replace")
    at = 0
    for _ in range(_MOST_ROWS):
        row = _ROW.match(data, at)
        if row is None:
            end = data.find(b"\n", at)
        elif row[2]:
            end = row.end() + int(row[2], 16) - 1
            yield data[row.end() : end + 1].decode("utf-8", "replace")
        else:
            end = data.find(b"\n", row.end())
            written = data[row.end() : end if end >= 0 else None].decode("utf-8", "replace")
            if written[:1] in ("[", "{") and (value := value_of(written)) is not None:
                yield value
        if end < 0 or end + 1 >= len(data):
            return
        at = end + 1
