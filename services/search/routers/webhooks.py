"""/v1/saved-searches/{id}/webhook: where a saved search tells of new articles. Addresses may be secrets, so that
reading them takes the same key as writing."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.contracts.messages import Alert, Source
from services.contracts.topics import ALERTS
from services.contracts.urls import article_id
from services.runtime.settings import Settings
from services.runtime.web.addresses import parse_networks, refusal
from services.runtime.web.errors import BadTarget
from services.runtime.web.target import parse_target
from services.search.alerts.signing import delivery_id, new_secret
from services.search.examples import WEBHOOK, WEBHOOK_MADE, example
from services.search.problems import Problem
from services.search.query import ParameterError
from services.search.routers.saved import SavedId, there
from services.search.saved import SavedSearch
from services.search.state import Newsloom, State
from services.search.webhooks import MOST, TooMany, Webhook

router = APIRouter(tags=["saved searches"])
TEST_URL = "https://newsloom.invalid/webhook-test"
PATH = "/v1/saved-searches/{identity}/webhook"


class Address(BaseModel):
    """Where deliveries go."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"url": WEBHOOK.url}]})

    url: str = Field(min_length=1, max_length=2048, description="http or https; every delivery is a POST to it")


@router.get(PATH, summary="A saved search's webhook", responses=example(WEBHOOK.shown()))
async def one(identity: SavedId, state: Newsloom, request: Request) -> dict[str, Any]:
    """Where it goes, and how deliveries went: `failures` since the last that arrived, `dead` for good."""
    state.access.check_write(request)
    return (await _webhook(state, identity)).shown()


@router.put(PATH, summary="Set a saved search's webhook", responses=example(WEBHOOK_MADE.with_secret()))
async def put(identity: SavedId, given: Address, state: Newsloom, request: Request) -> dict[str, Any]:
    """From now on, each new article that matches is told of by a POST, signed as Standard Webhooks say with the
    `secret` of this answer, which is shown only here. Setting it again gives another secret."""
    state.access.check_write(request)
    return (await place(state, await there(state, identity), given.url)).with_secret()


@router.delete(PATH, status_code=204, summary="Take a saved search's webhook away")
async def remove(identity: SavedId, state: Newsloom, request: Request) -> None:
    """Nothing more is delivered, nor is what waits for another try."""
    state.access.check_write(request)
    if not await state.webhooks.remove(identity):
        raise _missing(identity)


@router.post(
    PATH + "/test", status_code=202, summary="Try a webhook", responses=example({"id": "msg_" + "0f" * 16}, 202)
)
async def test(identity: SavedId, state: Newsloom, request: Request) -> dict[str, Any]:
    """Sends a delivery of type `webhook.test`; whether it arrived shows in the webhook, a moment later."""
    state.access.check_write(request)
    return {"id": await attempt(state, await there(state, identity))}


async def place(state: State, search: SavedSearch, url: str) -> Webhook:
    """Set the webhook of `search`. Raises ParameterError, Problem."""
    if not state.settings.webhooks:
        raise Problem(409, "webhooks are off here; NEWSLOOM_WEBHOOKS=true turns them on, for `newsloom run alerts` too")
    address, now = address_of(url, state.settings), datetime.now(UTC)
    webhook = Webhook(search=search.id, url=address, secret=new_secret(), created_at=now)
    try:
        await state.webhooks.put(webhook)
    except TooMany:
        raise Problem(409, f"there are {MOST:,} webhooks, the most there may be; take some away first") from None
    return webhook


async def attempt(state: State, search: SavedSearch) -> str:
    """Have the webhook of `search` be tried; the id of the delivery. Raises Problem."""
    await _webhook(state, search.id)
    now = datetime.now(UTC)
    alert = Alert(
        id=article_id(TEST_URL),
        url=TEST_URL,
        title=f"A test of the webhook of “{search.name}”",
        language="en",
        source=Source(id="newsloom.invalid", name="Newsloom", domain="newsloom.invalid"),
        fetched_at=now,
        indexed_at=now,
        search=search.id,
        search_name=search.name,
        test=True,
    )
    await state.publisher.send_all(ALERTS, [alert])
    return delivery_id(alert)


def address_of(url: str, settings: Settings) -> str:
    """The address as it will be asked. Raises ParameterError. Pure: what names stand for is judged at each delivery."""
    try:
        target = parse_target(url)
        if "@" in urlsplit(url).netloc:
            raise BadTarget("user and password are not sent; deliveries are signed instead")
    except BadTarget as error:
        raise ParameterError("url", url, str(error)) from None
    allowed = parse_networks(settings.webhook_allow)
    if target.address is not None and (why := refusal(target.address, target.port, allowed)):
        raise ParameterError("url", url, f"{why}; NEWSLOOM_WEBHOOK_ALLOW names networks that are allowed besides")
    return target.url


async def _webhook(state: State, search: str) -> Webhook:
    found = await state.webhooks.get(search)
    if found is None:
        raise _missing(search)
    return found


def _missing(search: str) -> Problem:
    return Problem(404, f"the saved search {search!r} has no webhook; PUT one")
