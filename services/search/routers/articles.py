"""GET /v1/articles/{id} and POST /v1/articles."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.contracts.messages import Message, PageMessage, UrlMessage, Utc
from services.contracts.stamps import stamp
from services.contracts.topics import PAGES, URLS
from services.contracts.urls import InvalidUrl, article_id, canonical_url
from services.runtime.publisher import PublishError
from services.runtime.trace import onward
from services.search.examples import ARTICLE, SUBMITTED, example
from services.search.params import refusal
from services.search.problems import Problem
from services.search.provider import PENDING
from services.search.results import article_of
from services.search.state import Newsloom
from services.search.submitted import submitted

router = APIRouter(tags=["articles"])
ArticleId = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="the article's id: 64 hex digits")]


class Submission(BaseModel):
    """A URL to fetch, or a page that is there already."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"url": "https://news.example/2026/harbour"},
                {"url": "https://news.example/2026/harbour", "html": "<html>…</html>"},
                {"url": "https://news.example/2026/harbour", "title": "Harbour opens", "text": "The harbour …"},
            ]
        },
    )

    url: str = Field(min_length=1, max_length=4096)
    html: str | None = None
    text: str | None = None
    title: str | None = Field(None, max_length=1000)
    authors: list[str] = Field([], max_length=100)
    published_at: Utc | None = None
    language: str | None = Field(None, max_length=16)
    source: str | None = Field(None, max_length=200)

    @field_validator("*")
    @classmethod
    def _is_text(cls, value: object) -> object:
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and any("\ud800" <= character <= "\udfff" for character in text):
                raise ValueError("has half characters (lone surrogates), which UTF-8 does not know")
        return value

    @field_validator("url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        try:
            canonical_url(value)
        except InvalidUrl as error:
            raise ValueError(str(error)) from None
        return value

    @model_validator(mode="after")
    def _at_most_one_body(self) -> "Submission":
        if self.html is not None and self.text is not None:
            raise refusal("html", "give html or text, not both")
        return self

    def message(self) -> Message:
        """What goes onto a topic."""
        given = self.model_dump(exclude_none=True)
        if self.html is None and self.text is None:
            return UrlMessage(url=self.url, source=self.source)
        return PageMessage.model_validate({**given, "fetched_at": datetime.now(UTC)})


@router.get("/v1/articles/{identity}", summary="One article", responses=example(ARTICLE))
async def read(identity: ArticleId, state: Newsloom) -> dict[str, Any]:
    """The article with its full text and where each entity stands in it."""
    found = await state.provider.article(identity)
    if found is None:
        raise Problem(404, f"no article {identity}; GET /v1/journey?id={identity} tells what became of the page")
    return article_of(found)


@router.post("/v1/articles", status_code=202, summary="Submit a URL or a page", responses=example(SUBMITTED, 202))
async def submit(submission: Submission, state: Newsloom, request: Request, response: Response) -> dict[str, str]:
    """Accept a URL or a page; the answer says where to follow it. A `traceparent` (W3C) goes with it to the index."""
    state.access.check_write(request, "ingest")
    identity, url = article_id(submission.url), canonical_url(submission.url)
    message = submission.message()
    trace = onward([("traceparent", request.headers.get("traceparent", "").encode())], message)
    now = stamp(datetime.now(UTC))
    note = await state.provider.note_pending(
        {"id": identity, "url": url, "fate": PENDING, "stage": "search", "at": now, "source": submission.source}
    )
    try:
        await state.publisher.send(PAGES if isinstance(message, PageMessage) else URLS, message, identity, trace)
    except PublishError:
        if note:
            await state.provider.withdraw(note)  # it is not on its way
        raise
    response.headers["Location"] = f"/v1/journey?id={identity}"
    return submitted(identity, url)
