"""How long from publishing one page, while all is idle, until a search finds it: seconds, of 50 pages.

    python benchmarks/bench_latency.py [NUMBER]

Uses the stack that the settings point to.
"""

import asyncio
import secrets
import statistics
import sys
import time

from services.contracts.messages import PageMessage
from services.contracts.topics import PAGES
from services.runtime.gateway import ask
from services.runtime.publisher import Publisher
from services.runtime.settings import load_settings

LIMIT_S = 60.0
POLL_S = 0.02
PAUSE_S = 0.4
TEXT = (
    "The harbour of the small town opened its new quay on Monday, and people came from far away to see the first "
    "ship make fast. The mayor said that the work had taken four years and had cost less than planned. Fishermen "
    "hope that larger boats will land here again, as they did when their grandparents were young."
)


async def one(publisher: Publisher) -> float:
    """Publish a page with a word of its own, and search for that word until it is found."""
    settings = load_settings()
    word = "q" + secrets.token_hex(6)
    started = time.perf_counter()
    await publisher.send(
        PAGES, PageMessage(url=f"https://latency.example/{word}", text=f"About {word}\n\n{TEXT} {word}.")
    )
    while time.perf_counter() - started < LIMIT_S:
        answer = await asyncio.to_thread(ask, settings, "GET", "/v1/search", params={"q": word, "page_size": 1})
        if answer["total"]["value"]:
            return time.perf_counter() - started
        await asyncio.sleep(POLL_S)
    sys.exit(f"not found within {LIMIT_S:g} s: {word}")


async def main(number: int) -> None:
    """Measure and print."""
    async with Publisher(load_settings()) as publisher:
        await one(publisher)
        times = []
        for _ in range(number):
            await asyncio.sleep(PAUSE_S)
            times.append(await one(publisher))
    quantiles = statistics.quantiles(times, n=20)
    print(
        f"{number} pages: median {statistics.median(times):.2f} s, p95 {quantiles[18]:.2f} s, most {max(times):.2f} s"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
