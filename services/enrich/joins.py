"""Names of one article that name the same, brought together: each form stands for the fullest."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from services.contracts.messages import EntityType
from services.enrich.lexicon import Lexicon
from services.enrich.names import FullNames, company, firm
from services.enrich.shorter import shorter_forms
from services.enrich.slugs import entity_id
from services.enrich.words import HEADS

_AT = re.compile(r"\b(?:in|at|from|near|to|across|outside|around|en|em|à|nach|aus|bei) $")


@dataclass(frozen=True, slots=True)
class Form:
    """What a name stands for in an article: the full name, its type, and its entry in the alias table if it has one."""

    name: str
    type: EntityType
    known: str | None

    @property
    def id(self) -> str:
        return self.known or entity_id(self.type, self.name)


def drop_words(forms: dict[str, Form], lower: frozenset[str]) -> None:
    """Leave out single words that the article has in lower case too: "Law", "Studio", at the start of a sentence."""
    for name in [n for n, f in forms.items() if n.lower() in lower and n.istitle() and f.known is None]:
        if forms[name].type != "group":
            del forms[name]


def join_persons(text: str, forms: dict[str, Form], often: Mapping[str, int], lexicon: Lexicon) -> None:
    """Let shorter forms of a person's name stand for the full one, whatever the model took them for."""
    _family_names_tell(forms)
    persons = FullNames(sorted((n for n, f in forms.items() if f.type == "person"), key=lambda n: -often[n]))
    for family, person in persons.families():
        if not lexicon.is_certain(family) or _is_namesake(text, family, person):
            forms.setdefault(family, forms[person])
    # The longest first: what these stand for is settled when shorter ones join them.
    for name, form in sorted(forms.items(), key=lambda item: -len(item[0].split())):
        whole = persons.of(name) or _genitive_of(name, forms)
        if whole and (not lexicon.is_certain(name) or (form.type == "place" and _is_namesake(text, name, whole))):
            forms[name] = forms[whole]


def _family_names_tell(forms: dict[str, Form]) -> None:
    """Take a name of two or three words for a person's where its last word alone is taken for one."""
    for name, form in list(forms.items()):
        words = name.split()
        family = forms.get(words[-1]) if len(words) in (2, 3) and words[-1].lower() not in HEADS else None
        if family and family.type == "person" and form.known is None and form.type in ("place", "organisation"):
            forms[name] = Form(name, "person", None)


def _genitive_of(name: str, forms: Mapping[str, Form]) -> str | None:
    """The person whose full name `name` is with an s, as in German: "Angela Merkels"."""
    bare = name.removesuffix("s")
    form = forms.get(bare) if bare != name and " " in name else None
    return bare if form and form.type == "person" and form.known is None else None


def _is_namesake(text: str, name: str, person: str) -> bool:
    """Whether `name`, known as a place, is the person here: full name first, and nobody is in it."""
    alone = [m.start() for m in re.finditer(rf"\b{re.escape(name)}\b", text)]
    first = text.find(person)
    return 0 <= first < min(alone, default=0) and not any(_AT.search(text, max(0, at - 9), at) for at in alone)


def join_companies(forms: dict[str, Form]) -> None:
    """Let names of an organisation that differ in the company's legal form stand for the one without it."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for name, form in forms.items():
        if form.known is None and (form.type == "organisation" or company(name) == name):
            by_name[company(name)].append(name)
    for name, own in by_name.items():
        if len(own) > 1:
            forms.update(dict.fromkeys(own, Form(name, "organisation", None)))


def join_known(forms: dict[str, Form], lexicon: Lexicon) -> None:
    """Let a company's longer name ("Tencent Holdings Ltd.") stand for the entry that its first words name."""
    for name, form in list(forms.items()):
        entry = lexicon.known(firm(name)) if form.known is None and form.type == "organisation" else None
        if entry and entry.type == "organisation":
            forms[name] = Form(entry.name, entry.type, entry.id)


def join_shorter(forms: dict[str, Form]) -> None:
    """Let shorter forms of organisations' and places' names stand for the longer ones."""
    for short, longer in shorter_forms({name: form.type for name, form in forms.items()}):
        if forms[short].known is None and " ".join(forms[short].name.split()) == short:
            forms[short] = forms[longer]
