"""Which addresses are the same article: URL canonicalisation and the article id.

Rules follow RFC 3986 section 6 (case, default port, dot segments, percent-encoding), and drop what
only tells how a reader got there: user and password, fragments, tracking parameters. Nothing that may choose
content is touched: a reserved character keeps its encoding (`%2F` is not `/`), and repeated keys their order.
"""

import hashlib
import re
from functools import lru_cache
from urllib.parse import unquote_plus, urlsplit

from services.contracts.hosts import canonical_host

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Click and campaign ids that never choose content; the names are the vendors' documented ones.
_TRACKING = re.compile(
    r"(utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid"
    r"|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok|oly_anon_id|oly_enc_id|vero_id|wickedid|xtor|at_medium|at_campaign"
    r"|cmpid|ns_campaign|ns_mchannel|ns_source|__twitter_impression|smid|ocid|ref_src|ref_url)",
    re.IGNORECASE,
)
# No backslash: browsers end the host there, RFC 3986 does not know it, and two readings are one too many.
_NETLOC = re.compile(r"(?:[^\\]*@)?(?P<host>\[[^\[\]\\]*\]|[^\[\]:\\]*)(?::(?P<port>[0-9]*))?")
_TOKEN = re.compile(r"%[0-9A-Fa-f]{2}|.", re.DOTALL)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# What may stand in a path as it is (RFC 3986, pchar and "/").
_PATH = _UNRESERVED | frozenset("/:@!$&'()*+,;=")
# In a query these stand for themselves, encoded or not: only & = + ; and % structure a form
# (https://url.spec.whatwg.org/#urlencoded-parsing; `;` was a separator once, HTML 4 appendix B.2.2).
_FORM = _UNRESERVED | frozenset("/:@!$'()*,?")
MAX_URL_LENGTH = 4096


class InvalidUrl(ValueError):
    """The text is no absolute http or https URL; the message says what is wrong with it."""


@lru_cache(maxsize=8192)  # a poll asks nine times for each item's: a third of its processor time went there
def canonical_url(url: str) -> str:
    """Return the one spelling of `url` that stands for the article; it is its own canonical URL.

    Raises InvalidUrl when `url` is not an absolute http(s) URL with a host.
    """
    scheme, netloc, path, query = _split(url.strip())
    path = _remove_dot_segments(_encode(path, _PATH, _UNRESERVED)) or "/"
    query = _canonical_query(query)
    canonical = f"{scheme}://{netloc}{path}" + (f"?{query}" if query else "")
    _check_length(canonical)
    return canonical


def article_id(url: str) -> str:
    """Lower-case hex SHA-256 of the canonical URL.

    Text that is no URL is hashed as it stands, so that its journey can still be looked up by it.
    """
    try:
        url = canonical_url(url)
    except InvalidUrl:
        url = url.strip()
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


def domain_of(url: str) -> str:
    """Host of `url` in one spelling, without a leading `www.`; empty when `url` is no http(s) URL."""
    try:
        _, netloc, _, _ = _split(url.strip())
    except InvalidUrl:
        return ""
    return re.sub(r":[0-9]+$", "", netloc).strip("[]").removeprefix("www.")


def _split(url: str) -> tuple[str, str, str, str]:
    """Scheme, host[:port] in one spelling, path and query as they are."""
    _check_length(url)
    if re.search(r"[\x00-\x20\x7f\ud800-\udfff]", url):
        raise InvalidUrl(f"the URL has white space, control characters or half characters in it: {url[:100]!r}")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InvalidUrl(f"not a URL: {error}") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise InvalidUrl(f"not an absolute http or https URL: {url[:100]!r}")
    return parts.scheme, _canonical_netloc(parts.scheme, parts.netloc), parts.path, parts.query


def _canonical_netloc(scheme: str, netloc: str) -> str:
    match = _NETLOC.fullmatch(netloc)
    if match is None:
        raise InvalidUrl(f"not HOST or HOST:PORT: {netloc[:100]!r}")
    if not match["host"]:
        raise InvalidUrl("the URL names no host")
    port = int(match["port"] or _DEFAULT_PORTS[scheme])
    if port > 65535:
        raise InvalidUrl("the URL's port is over 65535")
    try:
        host = canonical_host(match["host"])
    except ValueError as error:
        raise InvalidUrl(str(error)) from None
    return host if port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"


def _canonical_query(query: str) -> str:
    """Without tracking and empty parts; sorted by key, in which repeated keys keep their order."""
    kept = []
    for part in filter(None, query.split("&")):
        key, equals, value = part.partition("=")
        if not _TRACKING.fullmatch(unquote_plus(key)):
            kept.append((_form(key), equals + _form(value.replace("=", "%3D"))))
    return "&".join(key + value for key, value in sorted(kept, key=lambda pair: pair[0]))


def _form(text: str) -> str:
    """One spelling of a form's key or value: a space is `+`, a plus is `%2B`."""
    return _encode(text.replace("+", "%20"), _FORM, _FORM).replace("%20", "+")


def _encode(text: str, literal: frozenset[str], decoded: frozenset[str]) -> str:
    """Percent-encode all but `literal`; what is encoded already stays so, in upper case, unless in `decoded`."""

    def token(match: re.Match[str]) -> str:
        found = match[0]
        if len(found) == 3:
            character = chr(int(found[1:], 16))
            return character if character in decoded else found.upper()
        return found if found in literal else "".join(f"%{byte:02X}" for byte in found.encode())

    return _TOKEN.sub(token, text)


def _check_length(url: str) -> None:
    if len(url) > MAX_URL_LENGTH:
        raise InvalidUrl(f"the URL has {len(url)} characters; at most {MAX_URL_LENGTH} are allowed")


def _remove_dot_segments(path: str) -> str:
    """RFC 3986 section 5.2.4."""
    out: list[str] = []
    segments = path.split("/")
    for i, segment in enumerate(segments):
        last = i == len(segments) - 1
        if segment == "..":
            if len(out) > 1:
                out.pop()
            if last:
                out.append("")
        elif segment == ".":
            if last:
                out.append("")
        else:
            out.append(segment)
    return "/".join(out)
