"""The topics, as data. Whoever asks "who writes what, who reads it, how big, how long" finds it here."""

from dataclasses import dataclass

from services.contracts import messages as m

DAY_MS = 24 * 3600 * 1000
MIB = 1024 * 1024


@dataclass(frozen=True)
class Topic:
    """One Kafka topic; its key is always the article id.

    `max_bytes` bounds one message, `retention_ms` its life (-1: for ever). `by_site`: its partition is its site's
    (sites.py) instead of its key's; what others put elsewhere, the reader puts there.
    """

    name: str
    title: str
    model: type[m.Message] | None
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    partitions: int = 8
    retention_ms: int = 7 * DAY_MS
    max_bytes: int = 8 * MIB
    by_site: bool = False

    @property
    def dead_name(self) -> str:
        """Where this topic's reader puts a message that can not be processed."""
        return f"{self.name}.dead"

    @property
    def settings(self) -> dict[str, str]:
        """Topic settings for Kafka, by Kafka's names."""
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(self.retention_ms),
            "max.message.bytes": str(self.max_bytes),
        }


URLS = Topic(
    "news.urls.v1",
    "URLs to fetch",
    m.UrlMessage,
    writers=("anyone", "fetch", "search"),
    readers=("fetch",),
    max_bytes=1 * MIB,
    by_site=True,
)
PAGES = Topic(
    "news.pages.v1",
    "pages as fetched or delivered",
    m.PageMessage,
    writers=("fetch", "plug-ins", "search"),
    readers=("clean", "archive"),
    # 20 MiB of HTML in JSON must arrive, so that its refusal is a fate that people can look up.
    max_bytes=32 * MIB,
)
ARTICLES = Topic(
    "news.articles.v1",
    "articles: title, body, metadata",
    m.Article,
    writers=("clean",),
    readers=("enrich",),
)
ENRICHED = Topic(
    "news.enriched.v1",
    "articles with entities, topics, keyphrases",
    m.Enriched,
    writers=("enrich",),
    readers=("index", "downstream users"),
    retention_ms=30 * DAY_MS,
)
INDEXED = Topic(
    "news.indexed.v1",
    "articles that can now be found",
    m.Indexed,
    writers=("index",),
    readers=("search", "stories", "alerts", "downstream users"),
    max_bytes=1 * MIB,
)
FATES = Topic(
    "news.fates.v1",
    "what became of pages that did not go on",
    m.Fate,
    writers=("fetch", "clean", "enrich", "index", "search"),
    readers=("index",),
    retention_ms=30 * DAY_MS,
    max_bytes=1 * MIB,
)
ALERTS = Topic(
    "news.alerts.v1",
    "articles that webhooks are to be told of",
    m.Alert,
    writers=("alerts", "search"),
    readers=("alerts", "downstream users"),
    max_bytes=1 * MIB,
)

FLOW = (URLS, PAGES, ARTICLES, ENRICHED, INDEXED, FATES, ALERTS)


def _dead(topic: Topic) -> Topic:
    reader = topic.readers[0]
    return Topic(
        topic.dead_name,
        f"what {reader} could not process",
        None,
        writers=(reader,),
        readers=("people",),
        partitions=1,
        retention_ms=90 * DAY_MS,
        # The message untouched plus headers that say why.
        max_bytes=topic.max_bytes + 64 * 1024,
    )


DEAD = tuple(_dead(t) for t in (URLS, PAGES, ARTICLES, ENRICHED, FATES, ALERTS))
RETRY_TIERS = 3


def _retry(topic: Topic, tier: int) -> Topic:
    reader = topic.readers[0]
    return Topic(
        f"{topic.name}.retry.{tier}",
        f"what {reader} tries again after the delay of tier {tier}",
        topic.model,
        writers=(reader,),
        readers=(reader,),
        partitions=1,  # in one partition messages stand in the order in which they are due
        retention_ms=2 * topic.retention_ms,  # a message keeps its timestamp, which may be a week old
        max_bytes=topic.max_bytes,
    )


RETRIES = {
    topic.name: tuple(_retry(topic, n + 1) for n in range(RETRY_TIERS)) for topic in (URLS, PAGES, ARTICLES, ALERTS)
}
"""By topic: where its reader puts messages that it will try again later, one topic a delay."""
RETRY_TOPICS = tuple(tier for tiers in RETRIES.values() for tier in tiers)
TOPICS = FLOW + DEAD + RETRY_TOPICS
MAX_MESSAGE_BYTES = max(t.max_bytes for t in TOPICS)


def topic_named(name: str) -> Topic:
    """The topic of that name, without namespace. Raises KeyError with the names there are."""
    for topic in TOPICS:
        if topic.name == name:
            return topic
    raise KeyError(f"no topic {name!r}; there are: {', '.join(t.name for t in TOPICS)}")
