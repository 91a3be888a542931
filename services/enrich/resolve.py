"""One entity, one name: which spans of an article name the same, and what it is called."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.contracts.messages import EntityType
from services.enrich.brackets import definitions
from services.enrich.gazetteer import Gazetteer
from services.enrich.lexicon import Lexicon
from services.enrich.names import FullNames, company
from services.enrich.ordered import Ordered
from services.enrich.repeats import repeats
from services.enrich.slugs import entity_id
from services.enrich.spans import Span, lower_words, surface


@dataclass(frozen=True, slots=True)
class Form:
    """What a name stands for in an article: the full name, its type, and its entry in the alias table if it has one."""

    name: str
    type: EntityType
    known: str | None

    @property
    def id(self) -> str:
        return self.known or entity_id(self.type, self.name)


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
        Named(id_, gazetteer.name_of(id_) or names[id_].most_common(1)[0][0], types[id_], tuple(own))
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
        votes[surface(text, span)][span.type, span.known] += 1
    forms = {name: Form(name, *count.most_common(1)[0][0]) for name, count in votes.items()}
    often = {name: count.total() for name, count in votes.items()}
    _drop_words(forms, lower_words(text))
    _join_persons(forms, often, lexicon)
    _join_companies(forms, often)
    forms |= {acronym: forms[name] for acronym, name in acronyms.items() if name in forms}
    return forms


def _drop_words(forms: dict[str, Form], lower: frozenset[str]) -> None:
    """Leave out single words that the article has in lower case too: "Law", "Studio", at the start of a sentence."""
    for name in [n for n, f in forms.items() if n.lower() in lower and n.istitle() and f.known is None]:
        if forms[name].type != "group":
            del forms[name]


def _join_persons(forms: dict[str, Form], often: Mapping[str, int], lexicon: Lexicon) -> None:
    """Let shorter forms of a person's name stand for the full one, whatever the model took them for."""
    persons = FullNames(sorted((n for n, f in forms.items() if f.type == "person"), key=lambda n: -often[n]))
    for family, person in persons.families():
        if not lexicon.is_certain(family):
            forms.setdefault(family, forms[person])
    for name in [n for n in forms if not lexicon.is_certain(n)]:
        if whole := persons.of(name):
            forms[name] = forms[whole]


def _join_companies(forms: dict[str, Form], often: Mapping[str, int]) -> None:
    """Let names of an organisation that differ in the company's legal form stand for the most frequent."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for name, form in forms.items():
        if form.type == "organisation" and form.known is None:
            by_name[company(name)].append(name)
    for name, own in by_name.items():
        if len(own) > 1:
            best = Form(name, "organisation", None)
            forms.update(dict.fromkeys(own, best))


def _start(span: Span) -> int:
    return span.start
