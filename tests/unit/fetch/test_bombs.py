"""Answers that swell to 10 GB cost at most 64 MiB, end within the limits, and the page after them is as ever."""

import asyncio
import json
import os
import sys
from typing import Any

from support.internet.bombs import ENCODED, XML, path_of, routes
from support.processes import TESTS
from support.site import Site, serving

MOST_GROWN = 64 * 1024 * 1024
PACKED = [f"{path_of(name)}{suffix}" for name in ENCODED for suffix in ("", "/at-once")]
ROUTES = routes()


async def tried(*paths: str) -> list[dict[str, Any]]:
    """What came of each in a process of its own, in their order."""
    environment = {**os.environ, "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}
    async with serving(Site(routes=ROUTES)) as site:
        command = (sys.executable, "-m", "support.internet.appetite", site.url("", "127.0.0.1"), *paths)
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
    assert process.returncode == 0
    found = [json.loads(line) for line in out.splitlines()]
    print()
    print("\n".join(f"{f['path']:24} +{f['grown'] / 2**20:5.1f} MiB  {f['outcome'][:90]}" for f in found))
    assert [one["path"] for one in found] == list(paths)
    return found


async def test_packed_bombs() -> None:
    for one in await tried(*PACKED):
        assert one["outcome"].startswith("TooLarge: "), one
        assert one["grown"] <= MOST_GROWN, one
        assert one["good_again"], one


async def test_bombs_of_xml() -> None:
    for one in await tried(*map(path_of, XML)):
        assert one["outcome"].startswith("0 items" if one["path"] == path_of("just within") else "NotAFeed: "), one
        assert one["grown"] <= MOST_GROWN, one
        assert one["good_again"], one
