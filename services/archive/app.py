"""Wires archive: reads news.pages.v1 along with clean, in a group of its own, and keeps every page that is new."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.archive.keeper import NAME, Keeper, only_new
from services.contracts.messages import Message
from services.contracts.topics import PAGES
from services.runtime.dated import dated
from services.runtime.errors import UsageError
from services.runtime.service import Context, Service
from services.runtime.stage import Delivery, Stage


def prepare(page: Message, delivery: Delivery) -> Message:
    """The page with its version, unless it is kept already."""
    return only_new(dated(page, delivery), delivery)


@asynccontextmanager
async def wiring(context: Context) -> AsyncIterator[Service]:
    """The archive service."""
    if not context.settings.archive:
        raise UsageError("nothing says where to: set NEWSLOOM_ARCHIVE to a folder, or to s3://BUCKET/PREFIX")
    keeper = Keeper(context.settings, context.dependencies)
    await keeper.start()
    try:
        yield Service([Stage(NAME, PAGES, keeper.process, prepare=prepare, onlooker=True, needs=NAME)], [keeper.tend])
    finally:
        await keeper.stop()
