"""Batches side by side."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.runtime.lanes import Lanes


async def numbers(count: int, taken: list[int]) -> AsyncIterator[int]:
    for number in range(count):
        taken.append(number)
        yield number


async def test_no_more_than_there_are_lanes_and_none_is_taken_before_its_time() -> None:
    taken: list[int] = []
    active = most = 0

    async def work(number: int) -> None:
        nonlocal active, most
        active, most = active + 1, max(most, active + 1)
        assert len(taken) <= number + 3
        await asyncio.sleep(0.001 * (number % 3))
        active -= 1

    await Lanes(3, work).run(numbers(30, taken))
    assert (len(taken), active, most) == (30, 0, 3)


async def test_one_lane_is_one_after_the_other() -> None:
    order: list[str] = []

    async def work(number: int) -> None:
        order.append(f"+{number}")
        await asyncio.sleep(0)
        order.append(f"-{number}")

    await Lanes(1, work).run(numbers(3, []))
    assert order == ["+0", "-0", "+1", "-1", "+2", "-2"]


async def test_the_first_error_ends_all() -> None:
    ended: list[int] = []

    async def work(number: int) -> None:
        if number == 2:
            raise RuntimeError("bug")
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(number)

    with pytest.raises(RuntimeError, match="bug"):
        await Lanes(3, work).run(numbers(9, []))
    assert sorted(ended) == [0, 1]


async def test_what_is_dropped_is_not_worked_on_and_the_rest_goes_on() -> None:
    done: list[int] = []

    async def work(number: int) -> None:
        if number < 3:
            if number == 2:
                lanes.drop()
            await asyncio.sleep(60)
        done.append(number)

    lanes = Lanes(3, work)
    await lanes.run(numbers(6, []))
    assert done == [3, 4, 5]
