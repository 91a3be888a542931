"""Alerts for a webhook, and webhooks."""

from datetime import UTC, datetime, timedelta

from services.contracts.messages import Alert, Source
from services.contracts.urls import article_id
from services.search.alerts.signing import new_secret
from services.search.webhooks import Webhook
from support.messages import AT

SEARCH = "0123456789abcdef"


def alert(name: str = "quay", at: datetime = AT, search: str = SEARCH) -> Alert:
    """One for the article `name`."""
    url = f"https://news.example/{name}"
    return Alert(
        id=article_id(url),
        url=url,
        title=f"The {name} opens",
        language="en",
        source=Source(id="news.example", name="News", domain="news.example"),
        fetched_at=at,
        indexed_at=at + timedelta(seconds=1),
        search=search,
        search_name="Ports",
    )


def new_webhook() -> Webhook:
    """As it is when it was just set."""
    return Webhook(search=SEARCH, url="https://hooks.example/x", secret=new_secret(), created_at=datetime.now(UTC))
