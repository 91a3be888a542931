"""Serves a world until it is told to end: `python -m support.internet PORT RECORD GOOD BAD ITEMS`."""

import asyncio
import signal
import sys
from pathlib import Path

from support.internet.record import Record
from support.internet.server import Internet, serving
from support.internet.world import World


async def main(port: int, record: Path, world: World) -> None:
    """Serve until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with serving(Internet(world.reply, Record(record)), port):
        await ended.wait()


if __name__ == "__main__":
    _, port, record, *numbers = sys.argv
    asyncio.run(main(int(port), Path(record), World(*map(int, numbers))))
