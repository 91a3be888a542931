"""What the stage does: fetches each page once, and lets others go on meanwhile."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from services.contracts.fates import BadInput, Skip
from services.contracts.messages import Message, PageMessage, UrlMessage
from services.contracts.urls import article_id
from services.fetch.book import SourceBook
from services.fetch.client import Fetcher
from services.fetch.page import fetch_page
from services.fetch.repeats import Repeats
from services.fetch.reservations import OptOuts
from services.runtime.each import outcome_of
from services.runtime.share import Share
from services.runtime.stage import Done, Outcome

LANES = 1000
"""Pages in work at once, each on its own: most wait for their host's turn, at most fetch/queue.py's patience."""


class Work:
    """The process of the stage. Exceptions other than BadInput are bugs, and raised."""

    def __init__(self, fetcher: Fetcher, book: SourceBook, opt_outs: OptOuts, share: Share) -> None:
        self._fetcher = fetcher
        self._book = book
        self._opt_outs = opt_outs
        self._share = share
        self._repeats = Repeats()
        self._dealt = share.dealt

    async def __call__(self, messages: Sequence[Message]) -> list[Outcome]:
        """Outcomes in the order of `messages`."""
        urls = [message for message in messages if isinstance(message, UrlMessage)]
        await self._book.learn(url.source for url in urls if url.source)
        return list(await asyncio.gather(*(self._one(url) for url in urls)))

    def confirmed(self, message: Message) -> None:
        """Its page is on the next topic: whoever asks for it once more within a minute has it already."""
        if isinstance(message, UrlMessage):
            self._repeats.confirm(article_id(message.url))

    async def _one(self, message: UrlMessage) -> Outcome:
        key = article_id(message.url)
        if self._dealt != self._share.dealt:
            self._repeats.forget_open()
            self._dealt = self._share.dealt
        if not self._repeats.begin(key):
            return Done()
        ended = False
        try:
            result = await fetch_page(message, self._fetcher, lambda: datetime.now(UTC), self._book, self._opt_outs)
            ended = isinstance(result, PageMessage | Skip)
            return outcome_of(result)
        except BadInput as error:
            return outcome_of(error)
        finally:
            if not ended:
                self._repeats.forget(key)
