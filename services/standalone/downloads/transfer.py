"""Brings one file over HTTP: resumed where it stopped, retried with backoff, verified at the end.

Range requests: RFC 9110, section 14.
"""

import hashlib
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import requests

from services.runtime.errors import Unavailable

TRIES = 6
FIRST_DELAY_S = 0.5
TIMEOUT_S = (10.0, 60.0)  # to connect, between two reads
CHUNK = 256 * 1024
_TRY_AGAIN = {408, 425, 429, 500, 502, 503, 504}

OnBytes = Callable[[int], None]
"""Told how many bytes have come in addition; negative when bytes are thrown away."""


class DownloadError(Unavailable):
    """A file can not be had; the text names it, says why and what to do."""


class _Again(Exception):
    """This try failed; another may succeed."""


def sha256_of(path: Path) -> str:
    """Lower-case hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(url: str, target: Path, size: int, sha256: str, on_bytes: OnBytes) -> None:
    """Download `url` to `target` by way of `target.part`, which a later call resumes. Raises DownloadError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".part")
    delay, why = FIRST_DELAY_S, "no reason known"
    for attempt in range(TRIES):
        if attempt:
            time.sleep(delay * random.uniform(0.7, 1.3))
            delay *= 2
        try:
            _resume(url, partial, size, on_bytes)
            _verify(partial, size, sha256, on_bytes)
        except (_Again, requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            why = str(error)
            continue
        partial.replace(target)
        return
    raise DownloadError(f"{url} could not be downloaded in {TRIES} tries: {why}. {_HINT}")


_HINT = (
    "Check the network (HTTPS_PROXY is honoured), or set NEWSLOOM_MAVEN_URL to a mirror of Maven Central; "
    "the next start resumes where this one stopped"
)


def _resume(url: str, partial: Path, size: int, on_bytes: OnBytes) -> None:
    have = partial.stat().st_size if partial.exists() else 0
    if have > size:
        partial.unlink()
        have = 0
    on_bytes(have)
    if have == size:
        return
    headers = {"Range": f"bytes={have}-"} if have else {}
    try:
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as response:
            _check_status(url, response)
            resumed = response.status_code == 206 and response.headers.get("Content-Range", "").startswith(
                f"bytes {have}-"
            )
            if have and not resumed:
                on_bytes(-have)
            have = have if resumed else 0
            with partial.open("ab" if resumed else "wb") as file:
                for chunk in response.iter_content(CHUNK):
                    file.write(chunk)
                    on_bytes(len(chunk))
                    have += len(chunk)
                    if have > size:
                        break  # not the pinned file; the hash will say so
                file.flush()
                os.fsync(file.fileno())
    except BaseException:
        on_bytes(-have)
        raise
    if have < size:
        on_bytes(-have)
        raise _Again(f"the transfer ended after {have} of {size} bytes")


def _check_status(url: str, response: requests.Response) -> None:
    status = response.status_code
    if status in _TRY_AGAIN or status == 416:
        raise _Again(f"the server answered {status} {response.reason}")
    if status not in (200, 206):
        raise DownloadError(f"{url}: the server answered {status} {response.reason}. {_HINT}")


def _verify(partial: Path, size: int, sha256: str, on_bytes: OnBytes) -> None:
    found = sha256_of(partial)
    if found != sha256:
        on_bytes(-partial.stat().st_size)
        partial.unlink()
        raise _Again(f"its SHA-256 is {found}, not {sha256}; a proxy in between may alter files")
