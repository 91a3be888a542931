"""The Kafka headers of our messages, as data; all values are UTF-8 text."""

HEADERS = {
    "traceparent": "W3C trace context; the same trace from the first topic to the index",
    "source": "id of the source that brought the page, when there is one",
    "replay": "where a page comes from that was sent again: `archive` or `topic`; the archive does not keep it twice",
}

DEAD_PREFIX = "dead-"
DEAD_HEADERS = {
    "dead-stage": "the stage that could not process the message",
    "dead-reason": "one of the reasons for dead messages",
    "dead-error-class": "class of the error",
    "dead-error": "what was found and what was expected, for people",
    "dead-attempts": "how often the message has died so far; replays count on",
    "dead-first-at": "when it first died, RFC 3339 in UTC",
    "dead-last-at": "when it last died, RFC 3339 in UTC",
    "dead-origin-topic": "topic on which the message stood",
    "dead-origin-partition": "partition on which it stood",
    "dead-origin-offset": "its offset there",
}
"""What a dead topic adds to the headers that a message had."""
