"""Enrichment that a newer version lacks by accident: it keeps what an older version of the same text had.

A run without its model (`models` does not name it) recognises less; it must not take away what is there already. Of an
article's newest version each group of fields that it lacks comes from the newest older version that has it, provided
that every version between them has the same text. What is needed to reach that in any order of arrival stands in the
document, as `kept`: {"after": newest older version known with another text (or none: a tombstone),
"from": {model: {"version": where the fields are from, "retagged_at": when that was enriched again, if it was,
"own": what the newest version itself had there}}}.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from services.contracts.indices import EMBEDDING

Document = dict[str, Any]
GROUPS: dict[str, tuple[str, ...]] = {"ner": ("entities", "entity_keys", "facet.entity")}
"""Key in `models` → the document's fields that this model fills. A line more when enrich gets a model more."""
_FILLED = tuple(field for fields in GROUPS.values() for field in fields)
NEEDED = ("gone", "kept", "models", "content_hash", "retagged_at", *_FILLED)
"""The fields that the functions below read."""


def lacks(document: Document) -> bool:
    """Whether an article's version itself lacks a group, filled by now or not."""
    return any(not _has(document, model) for model in GROUPS)


def succeed(new: Document, stored: Document, version: int) -> Document:
    """`new` in the place of the older `stored`, which has `version`: with what it lacks."""
    if not lacks(new):
        return new
    if not _same_text(new, stored):
        return {**new, "kept": {"after": version, "from": {}}}
    own = {model: _origin(stored, version) for model in GROUPS if _has(stored, model)}
    return _heir(new, stored, own)


def again(new: Document, stored: Document) -> Document:
    """`new` in the place of `stored`, the same version, which has no more of its own: with what that had of others."""
    return _heir(new, stored, {}) if lacks(new) and "kept" in stored else new


def absorb(stored: Document, late: Document, version: int) -> Document | None:
    """`stored` with what an older version that arrives `late` means for it; None when that is nothing."""
    if "gone" in stored or not lacks(stored):
        return None
    kept = stored.get("kept", {"after": 0, "from": {}})
    if version <= kept["after"]:
        return None
    if not _same_text(stored, late):
        made = {**stored, "kept": {**kept, "after": version}}
        for model in [m for m, fill in kept["from"].items() if fill["version"] < version]:
            made = _emptied(made, model)
        return made
    made = stored
    for model in _lacking(stored):
        origin = _origin(late, version)
        if _has(late, model) and (model not in kept["from"] or _age(origin) > _age(kept["from"][model])):
            made = _filled({**made, "kept": made.get("kept", kept)}, model, late, origin)
    return made if made is not stored else None


def complete(stored: Document, same: Document, _: int) -> Document | None:
    """`stored` with the vectors that it lacks and the `same` version brings, made again with a model that enrich has by
    now; None when there are none. A vector goes beside those of other models, so that the order makes no difference."""
    known = stored.get(EMBEDDING, {})
    more = {key: vector for key, vector in same.get(EMBEDDING, {}).items() if key not in known}
    if not more or not _same_text(stored, same):
        return None
    named = max(same["models"][EMBEDDING], stored.get("models", {}).get(EMBEDDING, ""))
    return {**stored, EMBEDDING: known | more, "models": {**stored.get("models", {}), EMBEDDING: named}}


def sent_again(document: Mapping[str, Any]) -> datetime:
    """When it was sent to be enriched again; before all time if it never was."""
    return datetime.fromisoformat(document.get("retagged_at") or "0001-01-01T00:00:00Z")


def _origin(document: Document, version: int) -> Document:
    """What says where fields are from."""
    again = {"retagged_at": document["retagged_at"]} if "retagged_at" in document else {}
    return {"version": version, **again}


def _age(origin: Document) -> tuple[int, datetime]:
    return origin["version"], sent_again(origin)


def _heir(new: Document, stored: Document, own: dict[str, Document]) -> Document:
    """`new` with what it lacks and `stored` has: of its `own` (model → origin), or from older ones."""
    kept = stored.get("kept", {"after": 0, "from": {}})
    came_from = own | kept["from"]
    made = {**new, "kept": {"after": kept["after"], "from": {}}}
    for model in _lacking(new):
        if model in came_from:
            made = _filled(made, model, stored, came_from[model])
    return made


def _lacking(document: Document) -> Iterator[str]:
    return (model for model in GROUPS if not _has(document, model))


def _has(document: Document, model: str) -> bool:
    """Whether this version itself was made with that model."""
    return model in document.get("models", {}) and model not in document.get("kept", {}).get("from", {})


def _same_text(one: Document, other: Document) -> bool:
    return "gone" not in one and "gone" not in other and one.get("content_hash") == other.get("content_hash")


def _filled(document: Document, model: str, giver: Document, origin: Document) -> Document:
    fills = document["kept"]["from"]
    own = fills[model]["own"] if model in fills else _values(document, model)
    made = _with(document, _values(giver, model))
    return {
        **made,
        "models": {**document.get("models", {}), model: giver["models"][model]},
        "kept": {**document["kept"], "from": {**fills, model: {**origin, "own": own}}},
    }


def _emptied(document: Document, model: str) -> Document:
    fills = dict(document["kept"]["from"])
    made = _with(document, fills.pop(model)["own"])
    models = {name: which for name, which in document["models"].items() if name != model}
    return {**made, "models": models, "kept": {**document["kept"], "from": fills}}


def _values(document: Document, model: str) -> Document:
    """The group's fields, by path; None for what is not there."""
    found: Document = {}
    for path in GROUPS[model]:
        outer, _, inner = path.partition(".")
        found[path] = document.get(outer, {}).get(inner) if inner else document.get(outer)
    return found


def _with(document: Document, values: Document) -> Document:
    made = dict(document)
    for path, value in values.items():
        outer, _, inner = path.partition(".")
        made[outer] = {**made.get(outer, {}), inner: value} if inner else value
    return made
