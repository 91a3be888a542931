"""Questions asked one by one and answered together."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.together import Together


@given(st.lists(st.integers(), max_size=40), st.integers(1, 10))
def test_each_gets_its_own_answer(questions: list[int], most: int) -> None:
    asked: list[int] = []

    async def ask(some: Sequence[int]) -> list[str]:
        asked.append(len(some))
        return [str(one) for one in some]

    async def all_of() -> list[str]:
        together = Together(ask, most, 0.0)
        return list(await asyncio.gather(*map(together, questions)))

    assert asyncio.run(all_of()) == [str(q) for q in questions]
    assert sum(asked) == len(questions)
    assert all(n <= most for n in asked)


async def test_an_error_is_everyones_and_the_next_question_is_asked_anew() -> None:
    answers: list[Exception | None] = [RuntimeError("down"), None]

    async def ask(some: Sequence[int]) -> Sequence[int]:
        if error := answers.pop(0):
            raise error
        return some

    together = Together(ask, 10, 0.0)
    results = await asyncio.gather(together(1), together(2), return_exceptions=True)
    assert [str(r) for r in results] == ["down", "down"]
    assert await together(3) == 3


async def test_who_goes_away_takes_no_one_along() -> None:
    async def ask(some: Sequence[int]) -> Sequence[int]:
        await asyncio.sleep(0.01)
        return some

    together = Together(ask, 10, 0.0)
    gone, stays = asyncio.create_task(together(1)), asyncio.create_task(together(2))
    await asyncio.sleep(0.005)
    gone.cancel()
    assert await stays == 2
    with pytest.raises(asyncio.CancelledError):
        await gone
