"""Which saved searches with a webhook an article matches that became searchable."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import structlog
from elasticsearch import BadRequestError

from services.contracts.messages import Alert, Indexed, Message, Step
from services.runtime.alive import alive
from services.runtime.stage import Done, Outcome
from services.search.provider import Provider
from services.search.qlang import QueryError
from services.search.query import ParameterError
from services.search.saved import SavedSearch, SavedSearches
from services.search.visible import matching, visible
from services.search.webhooks import Webhook, Webhooks

STAGE = "alerts"
Publish = Callable[[Sequence[Alert]], Awaitable[None]]
log = structlog.get_logger()


class Matcher:
    """Publishes an alert for each new article and each search that it matches."""

    def __init__(self, provider: Provider, webhooks: Webhooks, saved: SavedSearches, publish: Publish) -> None:
        self._provider, self._webhooks, self._saved, self._publish = provider, webhooks, saved, publish

    async def process(self, messages: Sequence[Message]) -> list[Outcome]:
        """One batch. Raises Unavailable."""
        news = [message for message in messages if isinstance(message, Indexed)]
        webhooks = await self._webhooks.all()
        if webhooks:
            await visible(self._provider, {one.id: one.indexed_at for one in news})
        for search in await self._saved.some(webhooks) if webhooks else ():
            alive()
            await self._publish(await self._alerts(search, webhooks[search.id], news))
        return [Done()] * len(messages)

    async def _alerts(self, search: SavedSearch, webhook: Webhook, news: Sequence[Indexed]) -> list[Alert]:
        since = fetched_since(webhook, news)
        if not since:
            return []
        try:
            found = await matching(self._provider, search.search, [one.id for one in since])
        except (QueryError, ParameterError, BadRequestError) as error:
            why = f"the search can not be run: {error}"
            log.error("no alerts for a saved search", search=search.id, error=why)
            await self._webhooks.change(
                webhook, lambda known: known.model_copy(update={"last_error": why, "last_failed_at": datetime.now(UTC)})
            )
            return []
        return [alert_of(one, search, found[one.id].get("description")) for one in since if one.id in found]


def fetched_since(webhook: Webhook, news: Sequence[Indexed]) -> list[Indexed]:
    """What was fetched since there is the webhook: no replay of an archive, and no first start of the service, tells of
    old articles. Pure."""
    return [one for one in news if one.fetched_at >= webhook.created_at]


def alert_of(one: Indexed, search: SavedSearch, description: str | None) -> Alert:
    """What `search` is told of an article. Pure."""
    return Alert(
        **dict(one) | {"trail": (*one.trail, Step(stage=STAGE, at=datetime.now(UTC)))},
        search=search.id,
        search_name=search.name,
        description=description,
    )
