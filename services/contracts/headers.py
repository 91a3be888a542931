"""The Kafka headers of our messages, as data; all values are UTF-8 text."""

HEADERS = {
    "traceparent": "W3C trace context; the same trace from the first topic to the index",
    "source": "id of the source that brought the page, when there is one",
    "replay": "where a page comes from that was sent again: `archive` or `topic`; the archive does not keep it twice",
}

RETRY_PREFIX = "retry-"
RETRY_HEADERS = {
    "retry-attempts": "how often the message was tried without success",
    "retry-first-at": "when it was first put off, RFC 3339 in UTC",
    "retry-due": "when it is tried again, milliseconds since 1970",
    "retry-reason": "why it failed, one of the reasons for skipped pages or dead messages",
}
"""What a retry topic adds to the headers that a message had."""

DEAD_PREFIX = "dead-"
DEAD_HEADERS = {
    "dead-stage": "the stage that could not process the message",
    "dead-reason": "one of the reasons for dead messages",
    "dead-error-class": "class of the error",
    "dead-error": "what was found and what was expected, for people",
    "dead-attempts": "how often the message was tried without success so far; retries count, replays count on",
    "dead-first-at": "when it first died, RFC 3339 in UTC",
    "dead-last-at": "when it last died, RFC 3339 in UTC",
    "dead-origin-topic": "topic on which the message stood",
    "dead-origin-partition": "partition on which it stood",
    "dead-origin-offset": "its offset there",
}
"""What a dead topic adds to the headers that a message had."""
