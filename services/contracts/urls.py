"""Which addresses are the same article: URL canonicalisation and the article id.

Rules follow RFC 3986 section 6 (case, default port, dot segments, percent-encoding), and drop what
only tells how a reader got there: fragments and tracking parameters.
"""

import hashlib
import re
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Click and campaign ids that never choose content; the names are the vendors' documented ones.
_TRACKING = re.compile(
    r"^(utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid"
    r"|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok|oly_anon_id|oly_enc_id|vero_id|wickedid|xtor|at_medium|at_campaign"
    r"|cmpid|ns_campaign|ns_mchannel|ns_source|__twitter_impression|smid|ocid|ref_src|ref_url)$",
    re.IGNORECASE,
)
_SAFE_PATH = "/:@!$&'()*+,;=~-._"
MAX_URL_LENGTH = 4096


class InvalidUrl(ValueError):
    """The text is no absolute http or https URL; the message says what is wrong with it."""


def canonical_url(url: str) -> str:
    """Return the one spelling of `url` that stands for the article.

    Raises InvalidUrl when `url` is not an absolute http(s) URL with a host.
    """
    parts, host = _split(url.strip())
    netloc = host if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{parts.port}"
    path = _remove_dot_segments(quote(unquote(parts.path), safe=_SAFE_PATH)) or "/"
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k)]
    return urlunsplit((parts.scheme, netloc, path, urlencode(sorted(kept)), ""))


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
    """Host of `url` in lower case without a leading `www.`; empty when there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _split(url: str) -> tuple[SplitResult, str]:
    if len(url) > MAX_URL_LENGTH:
        raise InvalidUrl(f"the URL has {len(url)} characters; at most {MAX_URL_LENGTH} are allowed")
    if re.search(r"[\x00-\x20\x7f]", url):
        raise InvalidUrl(f"the URL has white space or control characters in it: {url[:100]!r}")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise InvalidUrl(f"not a URL: {error}") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise InvalidUrl(f"not an absolute http or https URL: {url[:100]!r}")
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise InvalidUrl(f"the URL names no host: {url[:100]!r}")
    try:
        host = host if ":" in host else host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise InvalidUrl(f"not a host name: {host[:100]!r}") from None
    return parts, f"[{host}]" if ":" in host else host


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
