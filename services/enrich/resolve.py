"""One entity, one name: which spans of an article name the same, and what it is called."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.contracts.messages import EntityType
from services.enrich.brackets import definitions
from services.enrich.gazetteer import Gazetteer
from services.enrich.joins import Form, drop_words, join_companies, join_known, join_persons, join_shorter
from services.enrich.lexicon import Lexicon
from services.enrich.ordered import Ordered
from services.enrich.repeats import repeats
from services.enrich.spans import Span, lower_words, surface
from services.enrich.towns import town_name

_TOLD = 3
"""Votes of a name whose type words around it tell; a model's guess has one."""


@dataclass(frozen=True)
class Named:
    """One entity of an article and where it stands in its text, in order."""

    id: str
    name: str
    type: EntityType
    spans: tuple[Span, ...]


def resolve(text: str, spans: Sequence[Span], lexicon: Lexicon, gazetteer: Gazetteer) -> list[Named]:
    """The entities that `spans` name, the most frequent first."""
    spans, acronyms = explained(text, spans, lexicon)
    forms = forms_of(text, spans, acronyms, lexicon)
    spans = [span for span in spans if surface(text, span) in forms]
    spans = sorted([*spans, *repeats(text, spans, {name: form.type for name, form in forms.items()})], key=_start)
    groups: dict[str, list[Span]] = defaultdict(list)
    names: dict[str, Counter[str]] = defaultdict(Counter)
    types: dict[str, EntityType] = {}
    for span in spans:
        form = forms[surface(text, span)]
        groups[form.id].append(span)
        names[form.id][form.name] += 1
        types[form.id] = form.type
    named = [
        Named(id_, gazetteer.name_of(id_) or town_name(id_, names[id_].most_common(1)[0][0]), types[id_], tuple(own))
        for id_, own in groups.items()
    ]
    return sorted(named, key=lambda n: (-len(n.spans), n.spans[0].start))


def explained(text: str, spans: Sequence[Span], lexicon: Lexicon) -> tuple[list[Span], dict[str, str]]:
    """`spans` with the names that stand before their acronym in brackets as wholes, and each acronym's name.

    Such a name has the type that a span in it or the acronym has; without one it stays what it is.
    """
    places, acronyms = Ordered(spans), {}
    gone, new, reached = set[Span](), list[Span](), 0
    for found in definitions(text):
        inside = places.over(found.start, found.end)
        bracketed = places.over(found.acronym_start, found.acronym_end)
        votes = [s for s in inside if s.end == found.end] + bracketed + inside
        sticks_out = any(s.start < found.start or s.end > found.end for s in inside)
        if not votes or sticks_out or found.start < reached:
            continue
        entry = lexicon.known(text[found.start : found.end])
        whole = Span(found.start, found.end, entry.type if entry else votes[0].type, entry.id if entry else None)
        new += [whole, Span(found.acronym_start, found.acronym_end, whole.type)]
        gone.update(inside, bracketed)
        reached = found.acronym_end
        acronyms[text[found.acronym_start : found.acronym_end]] = surface(text, whole)
    return sorted([*(s for s in spans if s not in gone), *new], key=_start), acronyms


def forms_of(text: str, spans: Sequence[Span], acronyms: Mapping[str, str], lexicon: Lexicon) -> dict[str, Form]:
    """What each name in `spans` stands for."""
    votes: dict[str, Counter[tuple[EntityType, str | None]]] = defaultdict(Counter)
    for span in spans:
        votes[surface(text, span)][span.type, span.known] += _TOLD if span.told else 1
    forms = {name: Form(name, *count.most_common(1)[0][0]) for name, count in votes.items()}
    often = {name: count.total() for name, count in votes.items()}
    drop_words(forms, lower_words(text))
    join_persons(text, forms, often, lexicon)
    join_known(forms, lexicon)
    join_companies(forms)
    join_shorter(forms)
    forms |= {acronym: forms[name] for acronym, name in acronyms.items() if name in forms}
    return forms


def _start(span: Span) -> int:
    return span.start
