"""Who may write, and from where.

Without keys the gateway is open, and therefore listens on loopback only. A page that a reader's browser
has open elsewhere could still send it forms or, by DNS rebinding, read it: so the Host must be ours, and a
write that carries an Origin must come from our own page.
"""

import hashlib
import hmac
import re

from fastapi import Request

from services.runtime.loopback import is_loopback
from services.runtime.settings import Settings, SettingsError
from services.search.problems import Problem

# Not urlsplit: it raises for a Host such as `[`, and clients send what they like.
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:/@]*)(?::[0-9]*)?")


class Access:
    """Judges requests by the settings."""

    def __init__(self, settings: Settings) -> None:
        keys = (key.strip() for key in settings.api_keys.get_secret_value().split(","))
        self._keys = [_digest(key) for key in keys if key]
        self._loopback = is_loopback(settings.gateway[0])
        self._hosts = {name.strip().lower() for name in settings.hosts.split(",") if name.strip()}
        if not self._loopback and not self._keys and not settings.allow_open:
            raise SettingsError(
                f"NEWSLOOM_HTTP is {settings.http!r}, which other machines can reach, and NEWSLOOM_API_KEYS is empty: "
                "anyone could write. Set keys, listen on 127.0.0.1, or set NEWSLOOM_ALLOW_OPEN=true"
            )

    def check_host(self, request: Request) -> None:
        """On loopback, or where names are set, the Host must be ours; a rebound one is not. Raises Problem 421."""
        found = _HOST.fullmatch(request.headers.get("host", ""))
        host = found[1].lower() if found else ""
        if (self._loopback or self._hosts) and not is_loopback(host) and host not in self._hosts:
            raise Problem(421, f"this gateway is not {host[:100]!r}; NEWSLOOM_HOSTS tells which names it has")

    @property
    def keyed(self) -> bool:
        """Whether writing needs a key."""
        return bool(self._keys)

    def check_write(self, request: Request) -> None:
        """Raises Problem 401 or 403 unless the request may write."""
        if "origin" in request.headers:
            _check_origin(request)
        if self._keys and not self._known(_presented(request)):
            detail = "this needs a key: Authorization: Bearer KEY, or X-API-Key: KEY"
            raise Problem(401, detail, {"WWW-Authenticate": "Bearer"})

    def check_form(self, request: Request, key: str) -> None:
        """Raises Problem 401 or 403 unless a form of our own page was sent, with a key where there are keys.

        Browsers send Origin with every POST (https://fetch.spec.whatwg.org/#origin-header); a form without is none
        of ours. Keys are typed into the form and kept nowhere, so no other page can make a browser present one.
        """
        _check_origin(request)
        if self._keys and not self._known(key):
            raise Problem(401, "this needs one of the gateway's keys (NEWSLOOM_API_KEYS)")

    def _known(self, key: str) -> bool:
        digest = _digest(key)
        return any(hmac.compare_digest(digest, known) for known in self._keys)


def _check_origin(request: Request) -> None:
    origin = request.headers.get("origin", "")
    if origin.partition("://")[2] != request.headers.get("host"):
        raise Problem(403, f"writes from pages of {origin[:100]!r} are not taken")


def _presented(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
