"""A page's journey as the API tells it. Pure."""

from typing import Any

from services.contracts.topics import TOPICS

EXPLANATIONS = {
    "pending": "accepted, and on its way",
    "indexed": "can be found",
    "skipped": "rightly not kept",
    "dead": "could not be processed",
}
UNKNOWN = (
    "nothing is known of this page: it was never published here, its address is spelled otherwise, "
    "or it is on its way and no stage has finished with it yet"
)


def journey_of(document: dict[str, Any]) -> dict[str, Any]:
    """The answer of GET /v1/journey."""
    fate = document["fate"]
    answer = {"id": document["id"], "url": document.get("url"), "fate": fate, "meaning": EXPLANATIONS[fate]}
    answer |= {name: document.get(name) for name in ("reason", "detail", "stage", "at", "fetched_at", "source")}
    answer["trail"] = document.get("trail") or []
    if fate == "indexed":
        answer["article"] = f"/v1/articles/{document['id']}"
    if fate == "dead" and document.get("origin"):
        answer["origin"] = document["origin"]
        answer["dead_topic"] = _dead_topic(document["origin"]["topic"])
    return answer


def _dead_topic(origin: str) -> str:
    """Name of the dead topic of `origin`, which may carry a namespace."""
    known = any(origin.endswith(topic.name) for topic in TOPICS)
    return f"{origin}.dead" if known else ""
