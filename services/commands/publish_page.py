"""Makes a message of a line, or a page of a file's bytes: which article it is, and that it is fit to be sent."""

import base64
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import orjson
from lxml import etree
from lxml import html as lxml_html

from services.clean.head import read_head
from services.contracts.fates import BadInput
from services.contracts.messages import BODIES, Message, PageMessage, UrlMessage
from services.contracts.urls import InvalidUrl, canonical_url
from services.runtime.decode import decode

HEAD_BYTES = 256 * 1024
"""How much of a page is looked at for its address; a head is far shorter."""
MAX_TITLE = 300


class Refused(ValueError):
    """A file, or something in it, gives no message; the text says why and what to do."""


@dataclass(frozen=True)
class Told:
    """What people say of what they publish. `base_url` is the address of the folder and ends with a slash."""

    url: str | None = None
    title: str | None = None
    source: str | None = None
    base_url: str | None = None
    max_bytes: int = 10 * 1024 * 1024


def base_of(url: str) -> str:
    """`url` as the address of a folder. Raises Refused, InvalidUrl."""
    canonical_url(url)
    if set("?#") & set(url):
        raise Refused("an address with ? or # is none of a folder")
    return url if url.endswith("/") else f"{url}/"


def message_of(line: bytes, told: Told) -> Message:
    """The message that a line of JSON is, of `told.source` if it names none. Raises Refused."""
    try:
        message = decode(line, UrlMessage if _fields(line).keys().isdisjoint(BODIES) else PageMessage)
        return sendable(message, told)
    except BadInput as error:
        raise Refused(str(error)) from None


def sendable(message: Message, told: Told) -> Message:
    """`message` with its source. Raises Refused when its URL is none."""
    try:
        canonical_url(getattr(message, "url", ""))
    except InvalidUrl as error:
        raise Refused(str(error)) from None
    if told.source and getattr(message, "source", None) is None:
        return message.model_copy(update={"source": told.source})
    return message


def html_page(data: bytes, name: str, told: Told) -> Message:
    """The page of an HTML file, as its bytes. Raises Refused."""
    url = told.url or _own_address(data, _by_place(name, told)) or _by_place(name, told)
    if url is None:
        raise Refused(f"the page does not say its own address (canonical, og:url); {_ADVICE}")
    body = base64.b64encode(data).decode()
    return sendable(PageMessage(url=url, body_base64=body, content_type="text/html", title=told.title), told)


def text_page(data: bytes, name: str, told: Told) -> Message:
    """The page of a text file: its first line is the title, unless one is told. Raises Refused."""
    url = told.url or _by_place(name, told)
    if url is None:
        raise Refused(f"a text has no address of its own; {_ADVICE}")
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise Refused(f"it is not UTF-8 text ({error.reason} at byte {error.start})") from None
    title = told.title
    first, _, rest = text.partition("\n")
    if title is None and rest.strip() and len(first) <= MAX_TITLE:
        title, text = first.lstrip("#").strip() or None, rest.strip()
    return sendable(PageMessage(url=url, text=text, title=title), told)


_ADVICE = "give the article's address with --url, or that of the folder with --base-url"


def _by_place(name: str, told: Told) -> str | None:
    """The address that a file of this relative name has below `base_url`."""
    return told.base_url + quote(os.fsencode(name.removesuffix(".gz"))) if told.base_url else None


def _own_address(data: bytes, base: str | None) -> str | None:
    """What the page says is its address: absolute, or relative to `base`; a home page's is no article's."""
    try:
        head = read_head(lxml_html.document_fromstring(data[:HEAD_BYTES]))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    for said in (head.canonical, head.first("og:url")):
        try:
            own = canonical_url(urljoin(base or "", said)) if said else ""
        except (InvalidUrl, ValueError):
            continue
        if own and (urlsplit(own).path.strip("/") or urlsplit(own).query):
            return own
    return None


def _fields(line: bytes) -> dict[str, Any]:
    """What a line has, as far as it can be told; what is wrong with it is for `decode` to say."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
