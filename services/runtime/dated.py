"""The version of a page that came without one."""

from services.contracts.messages import Message
from services.runtime.stage import Delivery


def dated(page: Message, delivery: Delivery) -> Message:
    """A page without `fetched_at` has Kafka's timestamp, which is the same on every replay."""
    given = getattr(page, "fetched_at", None)
    return page if given else page.model_copy(update={"fetched_at": delivery.arrived_at})
