"""Calls made one by one and answered together: what is asked for within a moment becomes one request."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Together(Generic[Question, Answer]):
    """Gathers questions for `within_s` seconds, at most `most`, and has `ask` answer them, in their order.

    What `ask` raises, each of those who asked is told.
    """

    def __init__(
        self, ask: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]], most: int = 200, within_s: float = 0.02
    ) -> None:
        self._ask = ask
        self._most = most
        self._within_s = within_s
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._asking: set[asyncio.Task[None]] = set()

    async def __call__(self, question: Question) -> Answer:
        """The answer to `question`. Who is cancelled meanwhile does not get it; the request is made all the same."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((question, answer))
        if len(self._waiting) >= self._most:
            self._send()
        elif self._timer is None:
            self._timer = loop.call_later(self._within_s, self._send)
        return await answer

    def _send(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, []
        task = asyncio.create_task(self._answer(waiting))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _answer(self, waiting: Sequence[tuple[Question, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._ask([question for question, _ in waiting])
        except Exception as error:  # handed on to all who wait
            for _, future in waiting:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(waiting, answers, strict=True):
            if not future.done():
                future.set_result(answer)
