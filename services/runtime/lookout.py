"""Notices that a dependency went away, or came back, also while there is nothing to do for it.

Work finds out too, but only when there is some, and only after its own time limits (30 s for a bulk request).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from services.runtime.errors import Unavailable
from services.runtime.waiting import Dependencies

INTERVAL_S = 2.0  # and a probe's 5 s: what hangs is told of within 10 s
Check = Callable[[], Awaitable[object]]
"""Raises Unavailable unless the dependency answers; has a time limit of its own."""


async def look_out(dependencies: Dependencies, checks: Mapping[str, Check], interval_s: float = INTERVAL_S) -> None:
    """Ask each dependency by name, every `interval_s` seconds, and note the answer; ends when cancelled."""
    async with asyncio.TaskGroup() as group:
        for name, check in checks.items():
            group.create_task(_watch(dependencies, name, check, interval_s))


async def ask(dependencies: Dependencies, name: str, check: Check) -> None:
    """Ask once, and note the answer."""
    try:
        await check()
    except Unavailable as error:
        dependencies.down(name, str(error), by="lookout")
    else:
        dependencies.up(name, by="lookout")


async def _watch(dependencies: Dependencies, name: str, check: Check, interval_s: float) -> None:
    while True:
        await ask(dependencies, name, check)
        await asyncio.sleep(interval_s)
