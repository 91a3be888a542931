"""The parameters of a search, validated; each error names the parameter and what is allowed."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from services.runtime.commas import parts
from services.search.weights import FACET_FIELDS

MAX_WINDOW = 10_000
MAX_VALUES = 100
MAX_EXPLAINED = 100
"""Articles of a page whose scores are explained: Elasticsearch scores each once more for it."""
Value = Annotated[str, Field(min_length=1, max_length=512)]
Values = Annotated[list[Value], Field(max_length=MAX_VALUES)]
FILTERS = ("language", "source", "domain", "entity", "topic", "author", "story")
ARTICLE_FIELDS = (
    "id",
    "url",
    "canonical_url",
    "title",
    "description",
    "body",
    "authors",
    "published_at",
    "published_from",
    "modified_at",
    "modified_from",
    "fetched_at",
    "indexed_at",
    "language",
    "language_confidence",
    "kind",
    "source",
    "section",
    "tags",
    "paywalled",
    "image_url",
    "word_count",
    "reading_minutes",
    "entities",
    "topics",
    "keyphrases",
    "story_id",
    "version_count",
    "changed_at",
    "versions",
)
LIST_FIELDS = tuple(f for f in ARTICLE_FIELDS if f not in ("body", "versions"))
"""What a hit in a list has unless asked otherwise: all but the long text and the history."""


def _commas(value: object) -> object:
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list):
        return [part for item in value for part in parts(str(item))]
    return value


class FilterParams(BaseModel):
    """What an article must be to be found. Repeated values of one filter are alternatives."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    q: str = Field(
        "", description='words, "phrases", +must, -not, OR, (groups), prefix*, "near"~5, field:value, field:*'
    )
    from_: str | None = Field(None, alias="from", description="earliest time: 2026-11-22, 2026-11, 7d, RFC 3339")
    to: str | None = Field(None, description="latest time, the period named included")
    language: Values = Field([], description="ISO 639-1 codes")
    source: Values = Field([], description="source ids")
    domain: Values = Field([], description="host names without www.")
    entity: Values = Field([], description="entity ids or names")
    topic: Values = Field([], description="topic ids")
    author: Values = Field([], description="authors' names")
    story: Values = Field([], description="story ids")
    exclude_language: Values = []
    exclude_source: Values = []
    exclude_domain: Values = []
    exclude_entity: Values = []
    exclude_topic: Values = []
    exclude_author: Values = []
    exclude_story: Values = []


class SearchParams(FilterParams):
    """Parameters of GET /v1/search."""

    mode: Literal["keyword", "hybrid"] = Field(
        "keyword",
        description="hybrid: articles that mean the like are found too, where the gateway has a model for it; by "
        "relevance, and without a cursor",
    )
    sort: Literal["relevance", "newest", "oldest"] = "relevance"
    recency: bool = Field(True, description="whether newer articles rank a little higher")
    typos: bool = Field(
        True,
        description="where nothing is found, words that the archive lacks are read as those most like them, and "
        "`did_you_mean` has the search that was answered; never with a cursor",
    )
    page: int = Field(1, ge=1, le=MAX_WINDOW)
    page_size: int = Field(20, ge=1, le=1000)
    cursor: str | None = Field(
        None, max_length=4096, description="`*` starts paging without a limit; then as given in `next`"
    )
    collapse: Literal["none", "story"] = Field(
        "none",
        description="story: of articles that tell the same one only the first, with `similar`, how many others there "
        "are, and `stories`, how many stories; never with a cursor",
    )
    facets: list[str] = Field([], description=f"any of: {', '.join(FACET_FIELDS)}")
    facet_size: int = Field(10, ge=1, le=100)
    facet_missing: bool = Field(
        False, description="each facet ends with the value `null`: how many articles have none of its values"
    )
    highlight: bool = False
    explain: bool = Field(
        False,
        description="each article says in `why` what its score is made of; by relevance and words, at most "
        f"{MAX_EXPLAINED} articles a page",
    )
    fields: list[str] = Field([], description=f"any of: {', '.join(ARTICLE_FIELDS)}")

    _split = field_validator("facets", "fields", mode="before")(_commas)

    @field_validator("facets")
    @classmethod
    def _known_facets(cls, value: list[str]) -> list[str]:
        return _known(value, tuple(FACET_FIELDS), "facet")

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: list[str]) -> list[str]:
        return _known(value, ARTICLE_FIELDS, "field")

    @model_validator(mode="after")
    def _window(self) -> "SearchParams":
        if not self.cursor and self.page * self.page_size > MAX_WINDOW:
            text = f"pages go up to hit {MAX_WINDOW:,}; use cursor=* and follow `next` to go on"
            raise refusal("page", text)
        if self.cursor and self.collapse != "none":
            raise refusal("collapse", "a cursor goes through single articles; leave collapse out")
        return self

    @property
    def scored(self) -> bool:
        """Whether hits are ranked by one score, that of their words."""
        return self.sort == "relevance" and self.mode == "keyword"

    @model_validator(mode="after")
    def _explainable(self) -> "SearchParams":
        if not self.explain:
            return self
        if not self.scored:
            text = "explains scores, by which sort=relevance and mode=keyword rank; leave it out here"
            raise refusal("explain", text)
        if self.page_size > MAX_EXPLAINED:
            raise refusal("page_size", f"explain=true takes at most {MAX_EXPLAINED} articles a page")
        return self


class ExportParams(FilterParams):
    """Parameters of GET /v1/export."""

    format: Literal["ndjson", "csv"] = "ndjson"
    fields: list[str] = Field([], description=f"any of: {', '.join(ARTICLE_FIELDS)}; `id` always comes first")
    after: str = Field(
        "", pattern=r"^([0-9a-f]{64})?$", description="go on after this id: the last of an export that broke off"
    )
    limit: int | None = Field(None, ge=1, le=10_000_000, description="at most so many articles")

    _split = field_validator("fields", mode="before")(_commas)

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: list[str]) -> list[str]:
        return _known(value, ARTICLE_FIELDS, "field")


class TimelineParams(FilterParams):
    """Parameters of GET /v1/timeline."""

    interval: Literal["auto", "hour", "day", "week", "month", "year"] = "auto"
    split: str | None = Field(None, description=f"split the counts by one of: {', '.join(FACET_FIELDS)}")
    split_size: int = Field(5, ge=1, le=20)

    @field_validator("split")
    @classmethod
    def _known_split(cls, value: str | None) -> str | None:
        return _known([value], tuple(FACET_FIELDS), "facet")[0] if value else None


def _known(values: list[str], allowed: tuple[str, ...], what: str) -> list[str]:
    for value in values:
        if value not in allowed:
            text = f"no {what} {value!r}; allowed: {', '.join(allowed)}"
            raise PydanticCustomError("not_allowed", "{text}", {"text": text, "allowed": list(allowed)})
    return values


def refusal(parameter: str, text: str) -> PydanticCustomError:
    """For validators of several parameters at once: the one that the client should change."""
    return PydanticCustomError("refused", "{text}", {"text": text, "parameter": parameter})
