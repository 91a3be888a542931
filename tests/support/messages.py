"""Deliveries, messages and a publisher that records, for tests without a broker."""

from datetime import UTC, datetime

from services.contracts.messages import Article, Enriched, Message, Origin, PageMessage, Source
from services.contracts.topics import Topic
from services.contracts.urls import article_id
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings
from services.runtime.stage import Delivery
from services.runtime.trace import Headers

TIMESTAMP_MS = 1_790_000_000_123
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def settings_for_tests(**given: object) -> Settings:
    """Settings as given, from no environment file."""
    return Settings(_env_file=None, **given)


def delivery(
    value: bytes | Message,
    *,
    topic: str = "news.pages.v1",
    key: bytes | None = None,
    headers: Headers | None = None,
    offset: int = 0,
    timestamp_ms: int = TIMESTAMP_MS,
) -> Delivery:
    """A Kafka message as a stage gets it."""
    raw = value if isinstance(value, bytes) else value.to_json()
    return Delivery(key, raw, headers or [], timestamp_ms, Origin(topic=topic, partition=3, offset=offset))


def page(name: str, text: str = "some text") -> PageMessage:
    """A page of plain text."""
    return PageMessage(url=f"https://news.example/{name}", text=text)


def enriched(name: str, **fields: object) -> Enriched:
    """An enriched article; `fields` replace the defaults."""
    url = f"https://news.example/{name}"
    given: dict[str, object] = {
        "id": article_id(url),
        "url": url,
        "title": f"Title of {name}",
        "body": f"The body of {name} has some words.",
        "fetched_at": AT,
        "language": "en",
        "source": Source(id="news.example", name="News", domain="news.example"),
        "word_count": 7,
        "content_hash": "0" * 64,
    }
    return Enriched(**{**given, **fields})


def article(name: str, **fields: object) -> Article:
    """The same without what enrich adds."""
    return Article.model_validate(enriched(name, **fields).model_dump())


class RecordingPublisher(Publisher):
    """Keeps what would be sent; `refuse` may raise for a topic and a value."""

    def __init__(self) -> None:
        super().__init__(settings_for_tests())
        self.sent: list[tuple[str, bytes | None, bytes, Headers, int | None]] = []
        self.refuse = lambda topic, value: None

    async def send_raw(
        self, topic: Topic, key: bytes | None, value: bytes, headers: Headers, timestamp_ms: int | None = None
    ) -> None:
        """Record instead of sending."""
        self.refuse(topic, value)
        self.sent.append((topic.name, key, value, headers, timestamp_ms))

    def on(self, topic: str) -> list[bytes]:
        """Values sent to `topic`, in order."""
        return [value for name, _, value, _, _ in self.sent if name == topic]
