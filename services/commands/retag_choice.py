"""Which articles another model enriched than the installed ones, and what is sent to have them enriched again. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Any

from services.contracts.messages import Article
from services.contracts.revision import rules_of

NEEDED = ("id", "language", "models", "revision", "retagged_at", "gone")
"""The fields of a document that `differences` and its callers read."""


@dataclass
class Tally:
    """What became of the articles. `differ`: why they were chosen, by how often. `left`: they differ still."""

    looked_at: int = 0
    retagged: int = 0
    gone: int = 0
    left: int = 0
    such_as: str | None = None
    differ: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {**vars(self), "differ": dict(self.differ.most_common())}


def differences(document: Mapping[str, Any], wanted: Mapping[str, str]) -> list[str]:
    """What is not of the `wanted` models, by kind, as text; empty where there is nothing to do.

    A kind that is not wanted, since no model for it is installed, is no difference: names are not taken away. Articles
    of a release that did not name its rules have those of their revision.
    """
    have = {"rules": rules_of(document.get("revision", 0)), **document.get("models", {})}
    return [f"{kind}: {have.get(kind, 'none')} → {name}" for kind, name in wanted.items() if have.get(kind) != name]


def again(document: Mapping[str, Any], at: datetime) -> Article:
    """The article of an indexed document as it came to enrich, sent again `at` that time."""
    trail = list(takewhile(lambda step: step["stage"] != "enrich", document.get("trail", ())))
    return Article.model_validate({**document, "trail": trail, "retagged_at": at})
