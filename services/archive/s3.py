"""Archive files in S3-compatible storage. Credentials: the usual AWS_* variables, or the machine's own role."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.archive.members import Readable
from services.runtime.errors import Unavailable, UsageError
from services.runtime.settings import Settings

if TYPE_CHECKING:
    from obstore.store import S3Store

SCHEME = "s3://"


class Bucket:
    """What lies under `s3://BUCKET/PREFIX`. Every method raises Unavailable with what S3 said; made of an
    address without a bucket, UsageError."""

    def __init__(self, address: str, settings: Settings) -> None:
        bucket, _, prefix = address.removeprefix(SCHEME).strip("/").partition("/")
        if not bucket:
            raise UsageError(f"{address} names no bucket; give s3://BUCKET or s3://BUCKET/PREFIX")
        self.address = address.rstrip("/")
        self._store = _store(bucket, prefix, settings)

    async def upload(self, path: Path) -> None:
        """Store a file under its name; returns when S3 says that it has all of it."""
        import obstore

        try:
            await obstore.put_async(self._store, path.name, path)
            stored = (await obstore.head_async(self._store, path.name))["size"]
            size = (await asyncio.to_thread(path.stat)).st_size
        except (obstore.exceptions.BaseError, OSError) as error:
            raise self.unavailable(error) from error
        if stored != size:
            raise Unavailable(f"{self.address}/{path.name} has {stored:,} bytes instead of {size:,}")

    def sizes(self) -> dict[str, int]:
        """Bytes of every object, by its name relative to the prefix, sorted."""
        import obstore

        try:
            found = {item["path"]: item["size"] for part in obstore.list(self._store) for item in part}
        except (obstore.exceptions.BaseError, OSError) as error:
            raise self.unavailable(error) from error
        return dict(sorted(found.items()))

    def open(self, name: str, at: int = 0) -> Readable:
        """An object from offset `at` on."""
        import obstore

        try:
            reader = obstore.open_reader(self._store, name)
            reader.seek(at)
        except (obstore.exceptions.BaseError, OSError) as error:
            raise self.unavailable(error) from error
        return _Reader(reader.read, self)

    def unavailable(self, error: Exception) -> Unavailable:
        """What `error` says, to be waited for."""
        said = " ".join(str(error).partition("\nDebug source")[0].split())
        if message := re.search(r"<Message>(.*?)</Message>", said):
            said = said.partition("<?xml")[0] + message[1]
        return Unavailable(f"{self.address} does not answer as it should: {said[:500]}")


class _Reader:
    """Reads on, in our own words when something goes wrong."""

    def __init__(self, read: Callable[[int], Any], bucket: Bucket) -> None:
        self._read = read
        self._bucket = bucket

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes."""
        import obstore

        try:
            return bytes(self._read(size))
        except (obstore.exceptions.BaseError, OSError) as error:
            raise self._bucket.unavailable(error) from error


def _store(bucket: str, prefix: str, settings: Settings) -> "S3Store":
    try:
        from obstore.store import S3Store
    except ImportError:
        raise UsageError("S3 needs the extra `s3`: pip install 'newsloom[s3]'") from None
    return S3Store(
        bucket,
        prefix=prefix or None,
        config={"endpoint": str(settings.archive_s3_url).rstrip("/")} if settings.archive_s3_url else None,
        client_options={"allow_http": True, "connect_timeout": "10s", "timeout": "300s"},
        # Whoever asks tries again later anyhow, and says meanwhile what is wrong.
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
    )
