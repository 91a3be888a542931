"""JSON in a script: a whole script of data, or values assigned and passed in code. Nothing is run.

Code is looked through for places where a value may begin; what is no JSON there (a function, an object with bare keys)
is passed over.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

# What has `undefined` among its values is JSON otherwise: JSON.stringify's output with code's own values put in.
_UNDEFINED = re.compile(r"(?<=[:,\[])\s*undefined(?=\s*[,}\]])")
# After "=", "(", ":" and the like a value may begin; a string only as an argument, as in JSON.parse("{…}").
_BEGINS = re.compile(r"""(?:[=:,\[|&?]|\breturn)\s*(?=[{\[])|\(\s*(?=["{\[])""")
LEAST_CHARS = 400  # a value of fewer holds no article
_MOST_TRIES = 200
_MOST_READ = 3
"""Times its own length that a script may be read: `{"a":{"a":{"a":…` begins anew at each brace."""
_DECODE = json.JSONDecoder(strict=False).raw_decode


def value_of(text: str) -> Any:
    """What `text` says as JSON, raw line feeds in strings and all; None where it is none."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):  # numbers of thousands of digits; a thousand brackets
        return None


def values_in(text: str, least: int = LEAST_CHARS) -> Iterator[Any]:
    """The JSON values in a script's `text` that have `least` characters or more, in their order."""
    text = text.strip()
    if "undefined" in text:
        text = _UNDEFINED.sub("null", text)
    at, left = 0, _MOST_READ * len(text)
    for _ in range(_MOST_TRIES):
        begin = at if at == 0 and text[:1] in ("{", "[") else _next(text, at)
        if begin is None or len(text) - begin < least or left <= 0:
            return
        value, end, read = _value_at(text, begin)
        left -= read
        at = max(end, begin + 1)
        if end - begin >= least:
            yield value


def _next(text: str, at: int) -> int | None:
    found = _BEGINS.search(text, at)
    return found.end() if found else None


def _value_at(text: str, begin: int) -> tuple[Any, int, int]:
    """The value, where it ends (`begin` if there is none), and how many characters were read."""
    try:
        value, end = _DECODE(text, begin)
    except json.JSONDecodeError as error:
        # Of a string without end it tells where that begins.
        end = len(text) if error.msg.startswith("Unterminated") else error.pos
        return None, begin, end - begin + 1
    except (ValueError, RecursionError):  # numbers of thousands of digits; a thousand brackets
        return None, begin, len(text) - begin
    return value, end, end - begin
