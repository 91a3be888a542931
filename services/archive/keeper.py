"""Keeps pages: from messages to bytes on disk, and from the disk to S3. One thread does all the writing."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import structlog
from prometheus_client import Counter

from services.archive.files import Folder
from services.archive.record import to_warc
from services.archive.s3 import SCHEME, Bucket
from services.contracts.messages import Message, PageMessage
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings
from services.runtime.stage import Delivery, Done, Outcome
from services.runtime.waiting import MOST_S, Dependencies

# counter, bytes: what was written to archive files, compressed
ARCHIVED = Counter("newsloom_archived_bytes", "Bytes written to archive files")
# counter: archive files that S3 has confirmed
UPLOADED = Counter("newsloom_archive_files_uploaded", "Archive files uploaded")
LOOK_S = 1.0
LAST_UPLOAD_S = 8.0  # below the 15 s that a service has to stop
NAME = "archive"
T = TypeVar("T")
log = structlog.get_logger()


class Again(Message):
    """A page that comes from an archive or was on the topic before: it is kept already."""


def only_new(page: Message, delivery: Delivery) -> Message:
    """The page, or `Again`."""
    return Again() if dict(delivery.headers).get("replay") else page


class Keeper:
    """The archive that the settings name."""

    def __init__(self, settings: Settings, dependencies: Dependencies) -> None:
        in_s3 = settings.archive.startswith(SCHEME)
        self._dependencies = dependencies
        self._bucket = Bucket(settings.archive, settings) if in_s3 else None
        self._folder = Folder(settings.archive_folder, settings.archive_rotate_mb * 1024**2, settings.archive_rotate_s)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=NAME)

    async def start(self) -> None:
        """Complete what a killed worker left behind; waits until the folder can be used."""
        await self._dependencies.wait_for(NAME, lambda: self._do(self._folder.recover))

    async def stop(self) -> None:
        """Complete the open file, and upload it if that is quick; what is left goes at the next start."""
        try:
            await self._do(self._folder.rotate)
            async with asyncio.timeout(LAST_UPLOAD_S):
                await self._upload()
        except (Unavailable, TimeoutError) as error:
            log.warning("archive files stay here until the next start", error=str(error))
        self._thread.shutdown()

    async def process(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Keep the pages; all are on disk when this returns. Raises Unavailable, with nothing half kept."""
        pages = [message for message in messages if isinstance(message, PageMessage)]
        if pages:
            ARCHIVED.inc(await self._do(lambda: self._keep(pages)))
        return [Done()] * len(messages)

    async def tend(self) -> None:
        """Complete files that are due, and upload what is complete; until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self._do(lambda: self._folder.rotate() if self._folder.due() else None)
                await self._upload()
            except Unavailable as error:
                log.warning("archive files wait", error=str(error))
                await asyncio.sleep(MOST_S)

    def _keep(self, pages: Sequence[PageMessage]) -> int:
        data = b"".join(map(to_warc, pages))
        self._folder.append(data)
        return len(data)

    async def _upload(self) -> None:
        if self._bucket is None:
            return
        for path in await self._do(lambda: list(self._folder.complete())):
            try:
                await self._bucket.upload(path)
            except Unavailable as error:
                self._dependencies.down("s3", str(error))
                raise
            await self._do(partial(path.unlink, missing_ok=True))
            self._dependencies.up("s3")
            UPLOADED.inc()
            log.info("archive file uploaded", file=path.name)

    async def _do(self, work: Callable[[], T]) -> T:
        """`work()` in the thread. Raises Unavailable where the disk says no."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except OSError as error:
            raise Unavailable(f"{self._folder.path} takes no more: {error.strerror or error}") from error
