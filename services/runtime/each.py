"""Turns a function on one message into work on many: one bad message never takes others along."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from services.contracts.fates import BadInput
from services.contracts.messages import Message
from services.runtime.stage import Failure, Forward, Outcome

M = TypeVar("M")


def outcome_of(result: Message | BadInput | Outcome) -> Outcome:
    """What a pure core answered, as an outcome."""
    if isinstance(result, Message):
        return Forward(result)
    return Failure.of(result) if isinstance(result, BadInput) else result


def each(function: Callable[[M], Message | Outcome], messages: Sequence[M]) -> list[Outcome]:
    """Apply `function` to each message; an exception becomes that message's Failure."""
    return [_one(function, message) for message in messages]


def together(function: Callable[[Sequence[M]], Sequence[Message]], messages: Sequence[M]) -> list[Outcome]:
    """Apply a function on batches; when it raises, the messages go one by one to find whose fault it is."""
    try:
        return [Forward(result) for result in function(messages)]
    except MemoryError:
        raise  # the process is to end (memory.py)
    except Exception as error:  # any bug in a batch; below it is pinned to its message
        if len(messages) == 1:
            return [Failure.of(error)]
        return [outcome for message in messages for outcome in together(function, [message])]


def _one(function: Callable[[M], Message | Outcome], message: M) -> Outcome:
    try:
        return outcome_of(function(message))
    except MemoryError:
        raise  # the process is to end (memory.py)
    except Exception as error:  # a bug: it goes to the dead topic with its text, the rest goes on
        return Failure.of(error)
