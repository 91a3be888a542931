"""Signs of life of work that takes long: the watchdog ends a stage that gives none (watchdog.py).

A batch may rightly take minutes: a hundred pages of one host, each after its delay. So not the batch has a limit but
the silence within it, and whoever works for a stage says where it got on. The stage is found by a context variable,
which asyncio hands on to every task (PEP 567), so that no function in between has to carry it.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

BEAT_S = 5.0
_beat: ContextVar[Callable[[], None]] = ContextVar("beat", default=lambda: None)


@contextmanager
def work_of(beat: Callable[[], None]) -> Iterator[None]:
    """Within it, and in tasks made within it, `alive` calls `beat`."""
    token = _beat.set(beat)
    try:
        yield
    finally:
        _beat.reset(token)


def alive() -> None:
    """Something got on. Outside of a stage it does nothing."""
    _beat.get()()


async def rest(seconds: float) -> None:
    """Sleep on purpose, however long, which is no silence."""
    while seconds > BEAT_S:
        await asyncio.sleep(BEAT_S)
        seconds -= BEAT_S
        alive()
    await asyncio.sleep(max(0.0, seconds))
    alive()
