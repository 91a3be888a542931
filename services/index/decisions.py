"""People's decisions about entities, applied to the entities of a document. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from services.contracts.decisions import Decision

Entity = Mapping[str, Any]


class Decisions:
    """All decisions that hold."""

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        ordered = sorted(decisions, key=lambda decision: (decision.decided_at, decision.key))
        self._about = {(decision.id, decision.spelling): decision for decision in ordered}
        self.names = {decision.into: decision.name for decision in ordered}
        """What entities are called by the latest decision that made something them."""

    def __iter__(self) -> Iterator[Decision]:
        return iter(self._about.values())

    def final(self, id_: str, spelling: str | None = None) -> str:
        """What the entity `id_`, written as `spelling`, is in the end.

        Decisions that lead in a circle, which only people at the same time can make, all end at the same place of it.
        """
        path = [id_]
        while decision := self._about.get((path[-1], spelling)) or self._about.get((path[-1], None)):
            if decision.into in path:
                return min(path[path.index(decision.into) :])
            path.append(decision.into)
        return path[-1]

    def apply(self, entities: Sequence[Entity]) -> list[dict[str, Any]]:
        """Entities of a document as decided, the most frequent first; doing it again changes nothing."""
        if not self._about:
            return [dict(entity) for entity in entities]
        made: dict[str, dict[str, Any]] = {}
        for part in (part for entity in entities for part in self._parts(entity)):
            id_ = part["id"]
            made[id_] = _together(made[id_], part) if id_ in made else part
        return sorted(made.values(), key=lambda entity: -entity["count"])

    def _parts(self, entity: Entity) -> Iterator[dict[str, Any]]:
        """What the entity is, by how the text writes it.

        Mentions are of the body; what the title has goes with the most frequent spelling.
        """
        mentions = entity.get("mentions", ())
        spellings = Counter(mention["text"] for mention in mentions)
        in_title = entity["count"] - len(mentions)
        for spelling, count in spellings.most_common() or [(None, 0)]:
            own = [mention for mention in mentions if mention["text"] == spelling]
            yield self._called(entity, spelling, count + in_title, own)
            in_title = 0

    def _called(self, entity: Entity, spelling: str | None, count: int, mentions: list[Any]) -> dict[str, Any]:
        id_ = self.final(entity["id"], spelling)
        changed = {"name": self.names.get(id_, entity["name"]), "count": count, "mentions": mentions}
        if id_ == entity["id"]:
            return {**entity, **changed}
        # Where a place lies, and the like, belongs to what it was taken for.
        return {"id": id_, "type": id_.partition(":")[0], **changed}


def _together(one: Entity, other: Entity) -> dict[str, Any]:
    """Two entities of a document that are one."""
    mentions = sorted([*one["mentions"], *other["mentions"]], key=lambda m: (m["start"], m["end"], m["text"]))
    return {**other, **one, "count": one["count"] + other["count"], "mentions": mentions}


NONE = Decisions()
