"""What an answer costs: `python -m support.internet.appetite BASE PATH…` fetches each in a process of its own, and
after it a good page; a line of JSON for each says what came of it and by how many bytes the process grew at most.
"""

import asyncio
import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

from services.fetch.client import Fetcher
from services.fetch.listing import NotAFeed
from services.fetch.lists import parsed
from services.runtime.web.errors import FetchError
from support.site import fetch_settings


def _memory(name: str) -> int:
    """Bytes of this process (proc(5)): VmRSS now, VmHWM at most."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    assert found is not None
    return int(found[1]) * 1024


async def _try(base: str, path: str) -> dict[str, object]:
    """Fetch as fetch and its poller do; what came of it."""
    async with Fetcher(fetch_settings(fetch_timeout_s=60)) as fetcher:
        limits = replace(fetcher.limits, robots=False)
        good = await fetcher.get(f"{base}/good", limits=limits)
        await parsed(await fetcher.get(f"{base}/rss", limits=limits))
        before = _memory("VmRSS")
        outcome = "read"
        try:
            response = await fetcher.get(base + path, limits=limits)
            if response.content_type == "application/xml":
                found = await parsed(response)
                outcome = f"{len(found.items)} items"
        except (FetchError, NotAFeed) as error:
            outcome = f"{type(error).__name__}: {error}"
        grown = _memory("VmHWM") - before
        again = await fetcher.get(f"{base}/good", limits=limits)
        return {"path": path, "outcome": outcome, "grown": grown, "good_again": again.body == good.body}


def main(base: str, paths: list[str]) -> None:
    """Each in a child of its own, forked when all is loaded."""
    for path in paths:
        child = os.fork()
        if not child:
            print(json.dumps(asyncio.run(_try(base, path))), flush=True)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
