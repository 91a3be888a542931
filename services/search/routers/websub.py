"""/v1/websub/{id}: where the hubs of feeds verify subscriptions and push (https://www.w3.org/TR/websub/).

Hubs have no keys: the id, which only the hub learns, lets in. What is pushed is not read, but has the feed polled at
once, with all of a poll's guards.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse

from services.contracts.websub import Subscription
from services.search.hubs import Signature, poll_at, refused, takes, verified
from services.search.problems import Problem
from services.search.state import Newsloom, State

router = APIRouter(tags=["sources"])
SubscriptionId = Annotated[str, Path(max_length=200, description="of the subscription; known to its hub alone")]
Mode = Annotated[Literal["subscribe", "unsubscribe", "denied"], Query(alias="hub.mode")]
Topic = Annotated[str, Query(alias="hub.topic", description="the address subscribed to")]
Challenge = Annotated[str, Query(alias="hub.challenge", max_length=1024, description="what to answer with")]
Lease = Annotated[str | None, Query(alias="hub.lease_seconds", max_length=20, description="seconds it lasts")]
Reason = Annotated[str, Query(alias="hub.reason", description="of a denial")]
_TEXT = {"content": {"text/plain": {"schema": {"type": "string"}, "example": "q7Zx"}}, "description": "the challenge"}
_BODY = {"requestBody": {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}
log = structlog.get_logger()


@router.get(
    "/v1/websub/{identity}",
    summary="A hub asks whether we mean it",
    response_class=PlainTextResponse,
    responses={200: _TEXT},
)
async def verify(
    identity: SubscriptionId,
    state: Newsloom,
    mode: Mode,
    topic: Topic,
    challenge: Challenge = "",
    lease: Lease = None,
    reason: Reason = "",
) -> PlainTextResponse:
    """Answers the challenge where the subscription is wanted (or no more, as the hub asks); 404 otherwise."""
    mine, now = await state.callbacks.get(identity), datetime.now(UTC)
    if mine is None or mine.topic != topic or not (mode == "denied" or await _agrees(state, mine, mode)):
        raise Problem(404, "there is no such subscription, or it is not to change so")
    if mode == "denied":
        log.warning("a hub refuses a subscription", source=mine.source, hub=mine.hub)
        await state.callbacks.note(mine, refused(reason, now))
    elif mode == "unsubscribe":
        await state.callbacks.forget(mine)
    else:
        await state.callbacks.note(mine, verified(mine, lease, now))
    return PlainTextResponse(challenge)


@router.post(
    "/v1/websub/{identity}",
    status_code=202,
    summary="A hub pushes",
    response_class=Response,
    response_description="received; nothing is said of what comes of it",
    openapi_extra=_BODY,
)
async def push(
    identity: SubscriptionId, state: Newsloom, request: Request, x_hub_signature: Annotated[str, Header()] = ""
) -> Response:
    """Has the source polled within seconds. A wrong signature is answered like a right one, and ignored; 410: no such
    subscription, or none that is wanted any more, so that the hub ends it."""
    mine = await state.callbacks.get(identity)
    source = await state.registry.get(mine.source) if mine else None
    if mine is None or source is None or not takes(mine, source, state.settings.websub_url):
        if mine:
            await state.callbacks.forget(mine)
        raise Problem(410, "there is no such subscription; end it")
    signature, now = Signature(x_hub_signature, mine.secret), datetime.now(UTC)
    async for chunk in request.stream():
        signature.feed(chunk)
    await state.callbacks.note(mine, {"last_push" if signature.valid else "last_ignored": now.isoformat()})
    if signature.valid:
        await state.registry.poll_at(source.id, poll_at(source, now))
    else:
        log.warning("a push was ignored: its signature is missing or wrong", source=mine.source, hub=mine.hub)
    return Response(status_code=202)


async def _agrees(state: State, mine: Subscription, mode: str) -> bool:
    if mode == "unsubscribe":
        return mine.mode == mode
    return takes(mine, await state.registry.get(mine.source), state.settings.websub_url)
