"""One version of an article, enriched several times: by a model, and again by another (`newsloom reindex --enrich`).

Of these the one is kept that lacks no enrichment, and of several such the one that was sent last, whichever arrives
first. It takes over what does not depend on enrichment, and what the version keeps of older ones. Pure.
"""

from datetime import datetime

from services.contracts.indices import EMBEDDING
from services.index import history, kept
from services.index.kept import Document

NEEDED = (*kept.NEEDED, EMBEDDING)
"""The fields that `replace` reads to see whether there is anything to do."""
_CARRIED = (*history.FIELDS, "story_id")


def replace(stored: Document, same: Document, version: int) -> Document | None:
    """What is stored after the `same` version came, other than `stored`; None when nothing changes."""
    if "gone" in stored or "gone" in same or stored["content_hash"] != same["content_hash"]:
        return None
    if _rank(same) <= _rank(stored):
        return kept.complete(stored, same, version)
    made = kept.again(same, stored) | {name: stored[name] for name in _CARRIED if name in stored}
    return kept.complete(made, stored, version) or made


def _rank(document: Document) -> tuple[bool, datetime]:
    return not kept.lacks(document), kept.sent_again(document)
