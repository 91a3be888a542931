"""A dependency that goes away is noticed without any work."""

import asyncio

from services.runtime.errors import Unavailable
from services.runtime.lookout import look_out
from services.runtime.waiting import Dependencies


class Server:
    """Answers, or not."""

    def __init__(self) -> None:
        self.there = True
        self.asked = 0

    async def __call__(self) -> None:
        self.asked += 1
        if not self.there:
            raise Unavailable("connection refused")

    async def asked_again(self) -> None:
        now = self.asked
        while self.asked < now + 2:  # the one under way may have begun before
            await asyncio.sleep(0)


async def test_it_is_told_of_when_it_goes_and_when_it_is_back() -> None:
    dependencies, kafka, other = Dependencies(), Server(), Server()
    task = asyncio.create_task(look_out(dependencies, {"kafka": kafka, "elasticsearch": other}, interval_s=0))
    await kafka.asked_again()
    assert dependencies.reasons() == []
    kafka.there = False
    await kafka.asked_again()
    (reason,) = dependencies.reasons()
    assert reason.startswith("kafka has been down since 20")
    kafka.there = True
    await kafka.asked_again()
    assert dependencies.reasons() == []
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_bug_in_a_check_is_not_swallowed() -> None:
    async def broken() -> None:
        raise KeyError("bug")

    task = asyncio.create_task(look_out(Dependencies(), {"kafka": broken}))
    (error,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(error, ExceptionGroup)
    assert isinstance(error.exceptions[0], KeyError)


async def test_work_that_waits_is_woken_when_the_lookout_finds_it_back() -> None:
    dependencies, server = Dependencies(lambda _: asyncio.sleep(3600)), Server()
    server.there = False
    dependencies.down("elasticsearch", "hangs", by="lookout")
    work = asyncio.create_task(dependencies.wait_for("elasticsearch", server))
    while not server.asked:
        await asyncio.sleep(0)
    server.there = True
    dependencies.up("elasticsearch", by="lookout")
    await work
    assert server.asked == 2
    assert dependencies.reasons() == []


async def test_what_work_suffers_from_the_lookout_does_not_take_back() -> None:
    dependencies = Dependencies()
    dependencies.down("elasticsearch", "429: busy")
    dependencies.up("elasticsearch", by="lookout")
    (reason,) = dependencies.reasons()
    assert reason.endswith("429: busy")
