"""One entity, one name: puts together the spans of an article that name the same."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from services.contracts.messages import EntityType
from services.enrich.gazetteer import Gazetteer
from services.enrich.slugs import entity_id
from services.enrich.spans import Span


@dataclass(frozen=True)
class Named:
    """One entity of an article and where it stands in its text, in order."""

    id: str
    name: str
    type: EntityType
    spans: tuple[Span, ...]


def resolve(text: str, spans: Sequence[Span], gazetteer: Gazetteer) -> list[Named]:
    """The entities that `spans` name, the most frequent first."""
    groups: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        name = " ".join(text[span.start : span.end].split())
        groups[span.known or entity_id(span.type, name)].append(span)
    named = []
    for id_, own in groups.items():
        entry = gazetteer.entries.get(id_)
        name = entry.name if entry else " ".join(text[own[0].start : own[0].end].split())
        named.append(Named(id_, name, own[0].type, tuple(own)))
    return sorted(named, key=lambda n: (-len(n.spans), n.spans[0].start))
