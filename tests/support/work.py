"""What worker processes do in tests; they import it by name, so it lies here and not in a test."""

import os
import signal
import time
from collections.abc import Sequence

from services.contracts.fates import BadInput, DeadReason, Skip, SkipReason
from services.contracts.messages import Message, PageMessage
from services.contracts.urls import article_id
from services.runtime.each import each
from services.runtime.stage import Outcome
from support.messages import article


def one(page: PageMessage) -> Message | Skip:
    """Do what the page's text says; `good` goes on."""
    match page.text:
        case "bug" if "TINY_MENDED" not in os.environ:
            raise KeyError("title")
        case "bad":
            raise BadInput(DeadReason.INVALID_URL, "no host")
        case "skip":
            return Skip(SkipReason.TOO_SHORT, "1 word")
        case "hang":
            while True:  # holds the interpreter, as a parser in C would; deaf to polite signals
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                time.sleep(0.01)
        case "die":
            os._exit(3)
        case "eat":  # what this process may not have
            eaten = [bytearray(64 << 20) for _ in range(64)]
            raise ValueError(f"{len(eaten)} pieces of 64 MiB, and no bound")
        case "pid":
            return article(page.url.rsplit("/", 1)[1], body=str(os.getpid()))
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
    name = page.url.rsplit("/", 1)[1]
    return article(name, id=article_id(page.url), url=page.url, body=page.text or "", trail=page.trail)


def work(pages: Sequence[PageMessage]) -> list[Outcome]:
    """The work of a pool."""
    return each(one, pages)


def prepare_badly(how: str) -> None:
    """An initializer that does not get a worker ready."""
    if how == "die":
        os._exit(4)
    raise ValueError("no model of that name")
