"""The real fetch service, with the DNS of a world: `python -m support.internet.fetch_service GOOD BAD ITEMS`."""

import asyncio
import sys
from functools import partial

from services.fetch.app import wiring
from services.runtime.logs import configure_logs
from services.runtime.service import run_service
from services.runtime.settings import load_settings
from support.internet.world import World

if __name__ == "__main__":
    settings = load_settings()
    configure_logs(settings, "fetch")
    world = World(*map(int, sys.argv[1:]))
    asyncio.run(run_service("fetch", settings, partial(wiring, resolve=world.resolve)))
