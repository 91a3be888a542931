"""What travels on the topics, as frozen pydantic models.

Every message carries `schema`, the version of its shape. Unknown fields are ignored, new fields are
optional, so that an old reader understands a new writer and the other way round.
Times are RFC 3339, in UTC once read. Text offsets are characters (code points) of `body`, end exclusive.
"""

import math
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

SCHEMA_VERSION = 1
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _to_utc(value: Any, read: ValidatorFunctionWrapHandler) -> datetime:
    """A time without zone is taken as UTC. Numbers are refused: seconds or milliseconds, nobody could tell."""
    expected = "expected a time as in RFC 3339, such as 2026-11-22T08:30:00Z, in the years 1 to 9999"
    if not isinstance(value, datetime) and not (isinstance(value, str) and _DATE.match(value)):
        raise ValueError(expected)
    try:
        time: datetime = read(value)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValidationError, OverflowError):  # the latter: year 1 or 9999 with a zone that leads out of it
        raise ValueError(expected) from None


Utc = Annotated[datetime, WrapValidator(_to_utc)]
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="lower-case hex SHA-256 of the canonical URL")]


class Model(BaseModel):
    """Base of everything on a topic: frozen, lenient about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    def to_json(self) -> bytes:
        """UTF-8 JSON without empty fields."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()


class Step(Model):
    """One stage that a page went through."""

    stage: str = Field(description="fetch, clean, enrich, index, or where the URL came from")
    at: Utc = Field(description="when the stage was done with it")


class Message(Model):
    """Base of what is a Kafka value."""

    schema_version: Literal[1] = Field(default=1, alias="schema", description="version of the message's shape")
    trail: tuple[Step, ...] = Field(default=(), description="the stages passed so far, oldest first")


class Hints(Model):
    """What the place where a URL was found says about it, used where the page says nothing."""

    title: str | None = Field(default=None, description="headline, such as a feed entry's")
    published_at: Utc | None = Field(default=None, description="time of publication")
    language: str | None = Field(default=None, description="ISO 639-1 code")
    authors: tuple[str, ...] = Field(default=(), description="names")
    summary: str | None = Field(default=None, description="a sentence or two")


class UrlMessage(Message):
    """`news.urls.v1`: a URL to fetch."""

    url: str = Field(min_length=1, description="the address to fetch, http or https")
    source: str | None = Field(default=None, description="id of the source that brought it")
    hints: Hints | None = Field(default=None, description="what the place where the URL was found says about the page")
    via: tuple[str, ...] = Field(
        default=(),
        max_length=20,
        description="where it redirected to so far, when that led to the site of another worker; the last is fetched",
    )


BODIES = ("html", "text", "body_base64")


def _has(name: str) -> dict[str, JsonValue]:
    """JSON Schema of "has a field `name` that is text"; null counts as absent."""
    return {"required": [name], "properties": {name: {"type": "string"}}}


class PageMessage(Message):
    """`news.pages.v1`: a page, as one of `html`, `text` or `body_base64` (raw bytes, charset by header or content)."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [_has(name) for name in BODIES]})

    url: str = Field(min_length=1, description="the article's address; names it for good")
    html: str | None = Field(default=None, description="the page as text, already decoded")
    text: str | None = Field(default=None, description="plain text; page furniture in it is removed")
    body_base64: str | None = Field(default=None, description="the body's bytes as served, in base64 (RFC 4648)")
    content_type: str | None = Field(default=None, description="Content-Type header of the response")
    title: str | None = Field(default=None, description="headline; found in the page when absent")
    description: str | None = Field(default=None, description="summary or standfirst")
    authors: tuple[str, ...] = Field(default=(), description="names, in the order of the byline")
    published_at: Utc | None = Field(default=None, description="when the article was published")
    fetched_at: Utc | None = Field(default=None, description="when the page was read; the version of the article")
    language: str | None = Field(default=None, description="ISO 639-1 code; detected when absent")
    image_url: str | None = Field(default=None, description="address of the article's main picture")
    source: str | None = Field(default=None, description="id of the source, such as a feed's")
    source_name: str | None = Field(default=None, description="name of the source for people")
    final_url: str | None = Field(default=None, description="the address after redirects")
    hints: Hints | None = Field(default=None, description="what led to the page; used where the page is silent")

    @model_validator(mode="after")
    def _one_body(self) -> "PageMessage":
        given = [n for n in BODIES if getattr(self, n) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"a page needs exactly one of {', '.join(BODIES)}; found {found}")
        return self


class Source(Model):
    """Who published an article."""

    id: str = Field(description="of the source that brought it; its domain when none is known")
    name: str = Field(description="for people")
    domain: str = Field(description="host of the article, without www.")


Kind = Literal["article", "live_blog", "gallery", "video", "audio"]
"""What an article mainly is; index and error pages are none and are skipped."""


class Article(Message):
    """`news.articles.v1`: an article without its page."""

    id: Id
    url: str = Field(description="the address under which it was published to us")
    canonical_url: str | None = Field(default=None, description="what the page says its own address is")
    title: str = Field(description="without the site's name")
    description: str | None = Field(default=None, description="summary or standfirst")
    body: str = Field(description="paragraphs separated by an empty line")
    authors: tuple[str, ...] = Field(default=(), description="names without roles, in order of the byline")
    published_at: Utc | None = Field(default=None, description="as the page says")
    published_from: str | None = Field(
        default=None, description="where it was found: json-ld …, meta …, time element, text, message, hints, guess"
    )
    modified_at: Utc | None = Field(default=None, description="as the page says")
    modified_from: str | None = Field(default=None, description="where it was found")
    fetched_at: Utc = Field(description="when the page was read; the version of the article")
    language: str = Field(description="ISO 639-1 code; `und` when undetermined (ISO 639-2)")
    language_confidence: float | None = Field(
        default=None, ge=0, le=1, description="the detector's; 0 where the text was too short and a declaration decided"
    )
    kind: Kind = Field(default="article", description="what the page says it mainly is")
    source: Source = Field(description="who published it")
    image_url: str | None = Field(default=None, description="address of the main picture")
    section: str | None = Field(default=None, description="the site's own section")
    tags: tuple[str, ...] = Field(default=(), description="the site's own keywords")
    paywalled: bool = Field(default=False, description="whether the page says that it shows a part only")
    word_count: int = Field(ge=0, description="words of body")
    content_hash: str = Field(description="SHA-256 of title and body; the same text has the same hash")
    fingerprint: tuple[str, ...] | None = Field(
        default=None, description="MinHash bands of body: near-duplicates share some; empty: too short for one"
    )
    revision: int = Field(
        default=0, ge=0, le=999, description="release of extraction and enrichment; of one page's, the highest is kept"
    )
    retagged_at: Utc | None = Field(
        default=None,
        description="when it was sent to be enriched again; of one page's with one revision, the latest is kept",
    )


class Mention(Model):
    """Where an entity stands in `body`."""

    start: int = Field(ge=0, description="first character")
    end: int = Field(ge=0, description="after the last character")
    text: str = Field(description="as it stands there")


EntityType = Literal["person", "organisation", "place", "group", "event", "product", "work", "law"]


class Location(Model):
    """Where a place lies, in degrees (WGS 84)."""

    lat: float = Field(ge=-90, le=90, description="latitude, north of the equator")
    lon: float = Field(ge=-180, le=180, description="longitude, east of Greenwich")


class Entity(Model):
    """Someone or something that an article names."""

    id: str = Field(description="stable over articles: type and canonical name")
    name: str = Field(description="canonical name")
    type: EntityType = Field(description="kind of thing")
    count: int = Field(ge=1, description="mentions in title and body")
    mentions: tuple[Mention, ...] = Field(default=(), description="each place in body")
    country: str | None = Field(
        default=None, pattern=r"^[A-Z]{2}$", description="of a place that is known: ISO 3166-1 alpha-2 code"
    )
    location: Location | None = Field(default=None, description="of a place that is known: its middle, roughly")


class Tag(Model):
    """A topic with how sure we are of it, 0 to 1."""

    id: str = Field(description="stable")
    name: str = Field(description="for people")
    score: float = Field(ge=0, le=1, description="how sure we are")


class Enriched(Article):
    """`news.enriched.v1`: the article with what was recognised in it."""

    entities: tuple[Entity, ...] = Field(default=(), description="the most frequent first")
    topics: tuple[Tag, ...] = Field(default=(), description="the surest first")
    keyphrases: tuple[str, ...] = Field(default=(), description="phrases that tell it apart")
    reading_minutes: int | None = Field(
        default=None, ge=1, description="to read body silently, rounded up; absent where the speed is not known"
    )
    story_id: str | None = Field(
        default=None, description="set by plug-ins that know; else articles are grouped once indexed"
    )
    embedding: tuple[float, ...] | None = Field(
        default=None,
        max_length=4096,
        description="vector of title and lead by the model `models.embedding`, of length 1, to four decimals; "
        "absent unless hybrid search is on",
    )
    models: dict[str, str] = Field(default_factory=dict, description="name and version of each model used")

    @model_validator(mode="after")
    def _whole_embedding(self) -> "Enriched":
        """Elasticsearch refuses a vector without direction, and one of no model can be compared with none."""
        if self.embedding is not None:
            if not any(self.embedding) or not all(map(math.isfinite, self.embedding)):
                raise ValueError("embedding: expected finite numbers that are not all 0")
            if not self.models.get("embedding", "").strip():
                raise ValueError("embedding: `models.embedding` has to say the model's name and version")
        return self


class Indexed(Message):
    """`news.indexed.v1`: an article that can now be found."""

    id: Id
    url: str = Field(description="of the article")
    title: str = Field(description="of the article")
    language: str = Field(description="ISO 639-1 code")
    source: Source = Field(description="who published it")
    published_at: Utc | None = Field(default=None, description="as the page says")
    fetched_at: Utc = Field(description="its version")
    indexed_at: Utc = Field(description="when a search could find it")


class Alert(Indexed):
    """`news.alerts.v1`: an article that a saved search's webhook is to be told of."""

    search: str = Field(pattern=r"^[0-9a-f]{16}$", description="id of the saved search that the article matches")
    search_name: str = Field(description="of the saved search")
    description: str | None = Field(default=None, description="of the article")
    test: bool = Field(default=False, description="whether somebody tries the webhook; there is no such article then")


class Origin(Model):
    """Where on Kafka a message stands."""

    topic: str = Field(description="with namespace")
    partition: int = Field(description="from 0")
    offset: int = Field(description="from 0")


class Fate(Message):
    """`news.fates.v1`: what became of a page that did not go on."""

    id: Id
    url: str | None = Field(default=None, description="absent when the message held none")
    stage: str = Field(description="where the journey ended")
    fate: Literal["skipped", "dead"] = Field(description="rightly not kept, or not processable")
    reason: str = Field(description="one of the reasons in contracts/fates.py")
    detail: str = Field(description="for people: what was found and what was expected")
    at: Utc = Field(description="when")
    fetched_at: Utc = Field(description="the version of the page that met this fate")
    source: str | None = Field(default=None, description="id of the source")
    origin: Origin | None = Field(default=None, description="the message that met this fate")

    @classmethod
    def parse(cls, value: Any) -> "Fate":
        return cls.model_validate(value)
