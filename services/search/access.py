"""Who may write, and from where.

Without keys the gateway is open, and therefore listens on loopback only. A page that a reader's browser
has open elsewhere could still send it forms or, by DNS rebinding, read it: so the Host must be ours, and a
write that carries an Origin must come from our own page.

Keys come from NEWSLOOM_API_KEYS, which may do everything, and from `newsloom keys`, each with its scopes. Once there is
any, even a revoked one, writing needs one: nobody who revokes the last key means to open the gateway.
"""

import base64
import binascii
import re
from collections.abc import Sequence

from fastapi import Request

from services.contracts.websub import PATH as HUBS
from services.runtime.commas import parts
from services.runtime.keys import SCOPES, KeyRecord, Scope, digest
from services.runtime.loopback import is_loopback
from services.runtime.settings import Settings, SettingsError
from services.search.problems import Problem

_ALL = frozenset(SCOPES)
_OPEN = frozenset({"/healthz", "/readyz", "/status", "/metrics"})
"""For those who watch over the gateway; they tell counts, and nothing of what is archived."""
_OPEN_BELOW = ("/static/", HUBS)
"""Hubs have no key, and come by NEWSLOOM_WEBSUB_URL's name: what lets them in is an id that nobody can guess."""
# Not urlsplit: it raises for a Host such as `[`, and clients send what they like.
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:/@]*)(?::[0-9]*)?")


class Access:
    """Judges requests by the settings."""

    def __init__(self, settings: Settings) -> None:
        keys = parts(settings.api_keys.get_secret_value())
        self._keys: dict[str, frozenset[Scope]] = {digest(key): _ALL for key in keys}
        self._own = dict(self._keys)
        self._keyed = bool(self._keys)
        self.closed = settings.closed  # reading needs a key too
        self._loopback = is_loopback(settings.gateway[0])
        self._hosts = {name.lower() for name in parts(settings.hosts)}
        if not self._loopback and not self._keys and not settings.allow_open:
            raise SettingsError(
                f"NEWSLOOM_HTTP is {settings.http!r}, which other machines can reach, and NEWSLOOM_API_KEYS is empty: "
                "anyone could write. Set keys, listen on 127.0.0.1, or set NEWSLOOM_ALLOW_OPEN=true"
            )

    def check_host(self, request: Request) -> None:
        """On loopback, or where names are set, the Host must be ours; a rebound one is not. Raises Problem 421."""
        found = _HOST.fullmatch(request.headers.get("host", ""))
        if found and request.scope["path"].startswith(HUBS):
            return
        host = found[1].lower() if found else ""
        if (self._loopback or self._hosts) and not is_loopback(host) and host not in self._hosts:
            raise Problem(421, f"this gateway is not {host[:100]!r}; NEWSLOOM_HOSTS tells which names it has")

    @property
    def keyed(self) -> bool:
        """Whether writing needs a key."""
        return self._keyed

    def is_open(self, request: Request) -> bool:
        """Whether the path is for everyone, whatever is set."""
        return request.scope["path"] in _OPEN or request.scope["path"].startswith(_OPEN_BELOW)

    def holder(self, request: Request) -> str | None:
        """Which key the request presents, as its hash; None when it presents none that is known."""
        found = digest(self.presented(request))
        return found if found in self._keys else None

    @staticmethod
    def presented(request: Request) -> str:
        """The key that comes with the request, known or not; empty when there is none."""
        return _presented(request) or _password(request)

    def learn(self, records: Sequence[KeyRecord]) -> None:
        """Know these keys of `newsloom keys` besides those of the settings."""
        stored = {key.digest: frozenset(key.scopes) for key in records if key.revoked_at is None}
        self._keys = {**stored, **self._own}
        self._keyed = bool(self._own or records)

    def check_read(self, request: Request) -> None:
        """Raises Problem 401 or 403 unless the request may read, where that needs a key."""
        if not self.closed or self.is_open(request):
            return
        detail = "reading needs a key: Authorization: Bearer KEY, X-API-Key: KEY, or Basic with the key as password"
        # Basic is for reading only: browsers send it with requests that other pages make them send, too.
        self._check_key(self.presented(request), "read", detail, 'Bearer, Basic realm="Newsloom"')

    def check_write(self, request: Request, scope: Scope = "admin") -> None:
        """Raises Problem 401 or 403 unless the request may write what `scope` allows."""
        if "origin" in request.headers:
            _check_origin(request)
        if self._keyed:
            detail = "this needs a key: Authorization: Bearer KEY, or X-API-Key: KEY"
            self._check_key(_presented(request), scope, detail, "Bearer")

    def check_form(self, request: Request, key: str) -> None:
        """Raises Problem 401 or 403 unless a form of our own page was sent, with a key where there are keys.

        Browsers send Origin with every POST (https://fetch.spec.whatwg.org/#origin-header); a form without is none
        of ours. Keys are typed into the form and kept nowhere, so no other page can make a browser present one.
        """
        _check_origin(request)
        if self._keyed:
            self._check_key(key, "admin", "this needs one of the gateway's keys (NEWSLOOM_API_KEYS, newsloom keys)")

    def _check_key(self, key: str, scope: Scope, detail: str, challenge: str | None = None) -> None:
        # Found by its hash: how long that takes tells nothing of the key.
        scopes = self._keys.get(digest(key))
        if scopes is None:
            raise Problem(401, detail, {"WWW-Authenticate": challenge} if challenge else None)
        if not scopes & {scope, "admin"}:
            raise Problem(403, f"this key may {', '.join(sorted(scopes))}; this needs one that may {scope}")


def _check_origin(request: Request) -> None:
    origin = request.headers.get("origin", "")
    if origin.partition("://")[2] != request.headers.get("host"):
        raise Problem(403, f"writes from pages of {origin[:100]!r} are not taken")


def _presented(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")


def _password(request: Request) -> str:
    """The password of HTTP Basic (RFC 7617), whatever the user is."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(token.strip(), validate=True).decode("utf-8", "replace").partition(":")[2]
    except binascii.Error:
        return ""
