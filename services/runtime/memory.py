"""The memory of a worker process has a bound, so that one document cannot take the machine's.

Linux: RLIMIT_DATA (setrlimit(2)), which counts all private writable memory, of C libraries too. Where it is reached,
Python raises MemoryError; C++ code mostly aborts.
"""

import os
import sys
from collections.abc import Callable
from typing import TypeVar

OUT_OF_MEMORY = 88
"""Exit code of a worker that reached its bound: what it still holds is its successor's to have."""
R = TypeVar("R")


def bound_memory(mib: int) -> None:
    """Let this process have at most `mib` MiB, from now on."""
    if sys.platform.startswith("linux"):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (mib << 20, mib << 20))


def within_memory(work: Callable[..., R], *given: object) -> R:
    """`work` done in a worker process, which ends with OUT_OF_MEMORY where that needs more than it may have."""
    try:
        return work(*given)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
