"""Examples of every message: one folder a topic, one file an example. The tests hold them against the models."""

from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).parent


def examples_of(topic: str) -> dict[str, Any]:
    """The examples of a topic by name, in order of their names; empty when there are none."""
    return {path.stem: orjson.loads(path.read_bytes()) for path in sorted((FOLDER / topic).glob("*.json"))}
