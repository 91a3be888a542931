"""For services under test: a dependency that is down for as long as a file of the test's exists."""

import os
from pathlib import Path

from services.runtime.errors import Unavailable


def check(variable: str) -> None:
    """Raises Unavailable while the file that this environment variable names is there."""
    name = os.environ.get(variable)
    if name and Path(name).exists():
        raise Unavailable("the test says so")
