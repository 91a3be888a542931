"""The core of clean: from a page to an article, or to why it is none. Pure: no network, no clock, no broker."""

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.clean.amp import say_in_html
from services.clean.blocks import read_blocks
from services.clean.charset import binary_kind, decode
from services.clean.kind import kind_of, not_an_article
from services.clean.language import detect_language
from services.clean.limits import CleanLimits as CleanLimits
from services.clean.metadata import Metadata, read_metadata
from services.clean.opinions import main_text
from services.clean.published import guess_published
from services.clean.text import read_text
from services.clean.tree import parse
from services.clean.words import content_hash, count_words, squeeze
from services.contracts.fates import BadInput, DeadReason, Skip, SkipReason
from services.contracts.messages import Article, Hints, PageMessage, Source
from services.contracts.revision import REVISION
from services.contracts.shingles import fingerprint
from services.contracts.urls import InvalidUrl, article_id, canonical_url, domain_of

_UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Finding:
    """What was found on a page, wanted or not: `lines` with the reason why each was dropped (None: kept)."""

    title: str
    lines: tuple[str, ...]
    reasons: tuple[str | None, ...]
    about: Metadata | None
    no_article: str | None = None
    by: str = "text"
    notes: tuple[str, ...] = ()

    @property
    def body(self) -> str:
        """The paragraphs of the article, separated by an empty line."""
        return "\n\n".join(self.kept)

    @property
    def kept(self) -> list[str]:
        """The lines of the article."""
        return [line for line, reason in zip(self.lines, self.reasons, strict=True) if reason is None]


def extract(page: PageMessage, limits: CleanLimits) -> Article | Skip:
    """The article on `page`, or why there is none that is wanted. Raises BadInput when its URL is none."""
    found = examine(page, limits)
    return found if isinstance(found, Skip) else judge_finding(page, found, limits)


def examine(page: PageMessage, limits: CleanLimits) -> Finding | Skip:
    """Read title, body and metadata, or a Skip where there is nothing to read. Raises BadInput."""
    url = _address(page)
    text = _text_of(page, limits)
    if isinstance(text, Skip):
        return text
    if not text.strip("\x00 \t\r\n\ufeff"):
        return Skip(SkipReason.EMPTY, "the page has no content")
    if page.text is not None or "<" not in text:
        title, lines, reasons = read_text(text, page.title)
        return Finding(title, tuple(lines), tuple(reasons), None)
    return _examine_html(text, page, url)


def _address(page: PageMessage) -> str:
    """Where the page was read, after redirects; its own URL must be one, for it names the article."""
    try:
        url = canonical_url(page.url)
    except InvalidUrl as error:
        raise BadInput(DeadReason.INVALID_URL, str(error)) from None
    try:
        return canonical_url(page.final_url) if page.final_url else url
    except InvalidUrl:
        return url


def judge_finding(page: PageMessage, found: Finding, limits: CleanLimits) -> Article | Skip:
    """Make the article, or say why it is not kept."""
    title, body = title_of(page, found), found.body
    words = count_words(body)
    if found.no_article:
        return Skip(SkipReason.NOT_AN_ARTICLE, found.no_article)
    if not body and not found.lines:
        return Skip(SkipReason.EMPTY, "no text was found on the page")
    if words < limits.min_words:
        return Skip(SkipReason.TOO_SHORT, f"{words} words of article text; at least {limits.min_words} are wanted")
    if not title:
        return Skip(SkipReason.NOT_AN_ARTICLE, "no title was found")
    language, confidence = language_of(page, found)
    if limits.languages and language not in limits.languages:
        wanted = ", ".join(sorted(limits.languages))
        return Skip(SkipReason.LANGUAGE_NOT_WANTED, f"the text is in {language!r}; wanted are {wanted}")
    return _article(page, found, title, body, language, confidence)


def title_of(page: PageMessage, found: Finding) -> str:
    """The page's own title, else what the message says about it."""
    hints = page.hints or Hints()
    return squeeze(found.title or page.title or hints.title or "")


def language_of(page: PageMessage, found: Finding) -> tuple[str, float]:
    """Language of title and body and the confidence; the declared one where they are too short to tell."""
    declared = page.language or (found.about.language if found.about else None) or (page.hints or Hints()).language
    return detect_language(f"{found.body}\n{found.title}", declared)


def _text_of(page: PageMessage, limits: CleanLimits) -> str | Skip:
    """The page's body as text, within the limits."""
    if page.body_base64 is None:
        text = page.html if page.html is not None else page.text or ""
        size = len(text) if len(text) > limits.max_page_bytes else len(text.encode("utf-8", "replace"))
        return _too_large(size, limits) if size > limits.max_page_bytes else text
    size = len(page.body_base64) * 3 // 4
    if size > limits.max_page_bytes + 3:
        return _too_large(size, limits)
    try:
        body = base64.b64decode(page.body_base64, validate=False)
    except (binascii.Error, ValueError) as error:
        raise BadInput(DeadReason.BROKEN_MESSAGE, f"body_base64 is no base64: {error}") from None
    if len(body) > limits.max_page_bytes:
        return _too_large(len(body), limits)
    if kind := binary_kind(body, page.content_type):
        return Skip(SkipReason.NOT_TEXT, kind)
    return decode(body, page.content_type)


def _too_large(size: int, limits: CleanLimits) -> Skip:
    return Skip(SkipReason.TOO_LARGE, f"the page has {size:,} bytes; at most {limits.max_page_bytes:,} are read")


def _examine_html(text: str, page: PageMessage, url: str) -> Finding | Skip:
    tree = parse(text)
    if tree is None:
        return Skip(SkipReason.EMPTY, "no element was found in the page's HTML")
    say_in_html(tree)
    blocks = read_blocks(tree)
    fetched_at = page.fetched_at or _UNKNOWN_TIME
    about = read_metadata(tree, blocks, url, fetched_at)
    if not (about.published_at or page.published_at or (page.hints and page.hints.published_at)):
        guess = guess_published(tree, url, fetched_at)
        about = replace(about, published_at=guess and guess.at, published_from=guess and guess.found)
    body = main_text(tree, blocks, about, url)
    no_article = not_an_article(tree, blocks.links, about, url, body)
    return Finding(about.title, body.lines, body.reasons, about, no_article, body.by, body.notes)


def published_of(page: PageMessage, found: Finding) -> tuple[datetime | None, str | None]:
    """When it was published, and where that was found."""
    if found.about and found.about.published_at:
        return found.about.published_at, found.about.published_from
    if page.published_at:
        return page.published_at, "message"
    hinted = page.hints.published_at if page.hints else None
    return hinted, "hints" if hinted else None


def _article(page: PageMessage, found: Finding, title: str, body: str, language: str, confidence: float) -> Article:
    about, hints = found.about, page.hints or Hints()
    url, domain = canonical_url(page.url), domain_of(page.url)
    published_at, published_from = published_of(page, found)
    words = count_words(body)
    name = page.source_name or (about.site_name if about else None) or domain
    return Article(
        trail=page.trail,
        id=article_id(page.url),
        url=url,
        canonical_url=about.canonical_url if about else None,
        title=title,
        description=(about.description if about else None) or page.description or hints.summary,
        body=body,
        authors=(about.authors if about else ()) or page.authors or hints.authors,
        published_at=published_at,
        published_from=published_from,
        modified_at=about.modified_at if about else None,
        modified_from=about.modified_from if about else None,
        fetched_at=page.fetched_at or _UNKNOWN_TIME,
        language=language,
        language_confidence=round(min(confidence, 1), 3),
        kind=kind_of(about, url, words) if about else "article",
        source=Source(id=page.source or domain, name=name, domain=domain),
        image_url=(about.image_url if about else None) or page.image_url,
        section=about.section if about else None,
        tags=about.tags if about else (),
        paywalled=about.paywalled if about else False,
        word_count=words,
        content_hash=content_hash(title, body),
        fingerprint=fingerprint(body),
        revision=REVISION,
    )
