"""The fates of a page, and the reasons for those that are not `indexed`."""

from dataclasses import dataclass
from enum import StrEnum


class SkipReason(StrEnum):
    """Why a good system rightly does not keep a page."""

    NOT_AN_ARTICLE = "not_an_article"
    TOO_SHORT = "too_short"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    NOT_TEXT = "not_text"
    LANGUAGE_NOT_WANTED = "language_not_wanted"
    DISALLOWED_BY_ROBOTS = "disallowed_by_robots"
    OPTED_OUT = "opted_out"
    BLOCKED_ADDRESS = "blocked_address"
    GONE = "gone"
    FORGOTTEN = "forgotten"
    EXPIRED = "expired"
    HTTP_ERROR = "http_error"
    UNREACHABLE = "unreachable"
    DUPLICATE = "duplicate"
    UNCHANGED = "unchanged"


class DeadReason(StrEnum):
    """Why a message is on a dead topic: it is broken, or we are."""

    BROKEN_MESSAGE = "broken_message"
    UNKNOWN_SCHEMA = "unknown_schema"
    INVALID_URL = "invalid_url"
    TIME_LIMIT = "time_limit"
    WORKER_DIED = "worker_died"
    REJECTED_BY_INDEX = "rejected_by_index"
    NOT_DELIVERED = "not_delivered"
    BUG = "bug"


@dataclass(frozen=True)
class Skip:
    """A stage's answer "this page ends here, and rightly so"; `detail` is for people."""

    reason: SkipReason
    detail: str


class BadInput(Exception):
    """A message that can never be processed; it goes to the dead topic with this reason and text."""

    def __init__(self, reason: DeadReason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return self.detail
