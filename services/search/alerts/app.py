"""Wires alerts: new articles in, alerts for the searches that they match, and alerts out to webhooks."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from services.contracts.messages import Alert
from services.contracts.topics import ALERTS, INDEXED, RETRY_TIERS
from services.runtime import probes
from services.runtime.elastic import async_client
from services.runtime.errors import UsageError
from services.runtime.service import Context, Service
from services.runtime.stage import Stage
from services.runtime.web.addresses import parse_networks
from services.runtime.web.connect import Guard, SystemDns
from services.runtime.web.wire import Wire
from services.search.alerts.deliver import Courier, attempt_of
from services.search.alerts.match import STAGE, Matcher
from services.search.provider import Provider
from services.search.saved import SavedSearches
from services.search.webhooks import Webhooks


@asynccontextmanager
async def wiring(context: Context) -> AsyncIterator[Service]:
    """The alerts service."""
    settings = context.settings
    if not settings.webhooks:
        raise UsageError("webhooks are off: set NEWSLOOM_WEBHOOKS=true, for the gateway as well")
    es, dns = async_client(settings), SystemDns()
    wire = Wire(Guard(dns, parse_networks(settings.webhook_allow)), settings.fetch_contact)
    wire.open()
    webhooks = Webhooks(es, settings)

    async def publish(alerts: Sequence[Alert]) -> None:
        # Waits by itself: what `process` raises is taken for Elasticsearch, which is what the stage needs.
        await context.dependencies.wait_for("kafka", lambda: context.publisher.send_all(ALERTS, alerts))

    matcher = Matcher(Provider(es, settings), webhooks, SavedSearches(es, settings), publish)
    courier = Courier(wire, webhooks, settings)
    delivery = Stage(
        "webhooks",
        ALERTS,
        courier.process,
        fates=frozenset(),
        halts=False,  # a receiver that is down is no reason to hold up the others
        tiers=RETRY_TIERS,
        prepare=attempt_of,
    )
    try:
        stages = [Stage(STAGE, INDEXED, matcher.process, onlooker=True), delivery]
        yield Service(stages, checks={"elasticsearch": partial(probes.elasticsearch, es)})
    finally:
        await wire.close()
        dns.close()
        await es.close()
