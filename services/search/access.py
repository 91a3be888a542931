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

    def check_write(self, request: Request) -> None:
        """Raises Problem 401 or 403 unless the request may write."""
        origin = request.headers.get("origin")
        if origin and origin.partition("://")[2] != request.headers.get("host"):
            raise Problem(403, f"writes from pages of {origin[:100]!r} are not taken")
        if self._keys and not self._known(_presented(request)):
            detail = "this needs a key: Authorization: Bearer KEY, or X-API-Key: KEY"
            raise Problem(401, detail, {"WWW-Authenticate": "Bearer"})

    def _known(self, key: str) -> bool:
        digest = _digest(key)
        return any(hmac.compare_digest(digest, known) for known in self._keys)


def _presented(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
