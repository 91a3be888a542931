"""Variants of labelled text: other names in their places, sentences as headlines, and sentences of our own."""

import random
import re
from collections.abc import Iterator, Sequence

from made_up_names import Names, kept
from teachers import Labelled

_SENTENCE = re.compile(r"(?<=[a-z0-9)\"][.!?]) (?=[A-Z\"])")
RENAMED = {
    "PERSON": ((), 1.0),
    "GPE": (("city", "city", "state", "district"), 0.7),
    "ORG": (("body", "union", "company", "government", "university", "party", "media"), 0.35),
    "NORP": (("demonym",), 1.0),
}
"""By label, what kinds of names stand for it, and in what part of the cases. Other labels keep their names."""
_WORD = re.compile(r"(?<![\w'’])([a-z])(?=[a-z]{3})")


def title_case(text: str) -> str:
    """`text` with a capital on each word of four letters and more."""
    return _WORD.sub(lambda m: m[1].upper(), text)


class Variants:
    """An endless stream of examples; the same for the same `seed`."""

    def __init__(self, labelled: Sequence[Labelled], seed: int) -> None:
        self.labelled = list(labelled)
        self.random = random.Random(seed)
        self.names = Names(seed)
        self.sentences, self.headlines = kept("sentences.txt"), kept("headlines.txt")

    def __iter__(self) -> Iterator[Labelled]:
        while True:
            self.random.shuffle(self.labelled)
            for one in self.labelled:
                one = one if self._chance(0.5) else self.renamed(one)
                yield one
                if self._chance(0.25) and (headline := self.headline(one)):
                    yield headline
                if self._chance(0.22):
                    yield self.own_headline() if self._chance(0.35) else self.own_paragraph()

    def _chance(self, part: float) -> bool:
        return self.random.random() < part

    def renamed(self, one: Labelled) -> Labelled:
        """`one` with other names, the same for the same name all through it."""
        known: dict[str, str] = {}
        text, done = "", 0
        marked = sorted([*one.spans, *((*edges, "") for edges in one.unknown)])
        spans, unknown = [], []
        for start, end, label in marked:
            if start < done:
                return one
            text += one.text[done:start]
            new = self._other(one.text[start:end], label, known)
            edges = (len(text), len(text) + len(new))
            text, done = text + new, end
            if label:
                spans.append((*edges, label))
            else:
                unknown.append(edges)
        return Labelled(text + one.text[done:], spans, unknown)

    def _other(self, name: str, label: str, known: dict[str, str]) -> str:
        words, part = RENAMED.get(label, ((), 0.0))
        if name not in known and self._chance(part):
            if label == "PERSON":
                full, family = self.names.person()
                known[name.split()[-1]] = family
                known[name] = full if " " in name else family
            elif label != "NORP" or name in self.names.demonyms:
                known[name] = self.names.draw(self.random.choice(words))
        return known.get(name, name)

    def headline(self, one: Labelled) -> Labelled | None:
        """A sentence of `one` in title case or capitals, if it is short enough for a headline."""
        cuts = [0, *(m.end() for m in _SENTENCE.finditer(one.text)), len(one.text)]
        at = self.random.randrange(len(cuts) - 1)
        start = cuts[at]
        text = one.text[start : cuts[at + 1]].rstrip(" .")
        end = start + len(text)
        if not 4 <= len(text.split()) <= 18:
            return None
        spans = [(s - start, e - start, k) for s, e, k in one.spans if start <= s and e <= end]
        unknown = [(s - start, e - start) for s, e in one.unknown if start <= s and e <= end]
        return self._recased(Labelled(text, spans, unknown), 0.7)

    def own_headline(self) -> Labelled:
        filled = self.names.fill(self.random.choice(self.headlines))
        one = Labelled(filled.text, filled.spans, [])
        return self._recased(one, 0.75) if self._chance(0.6) else one

    def _recased(self, one: Labelled, titles: float) -> Labelled:
        text = title_case(one.text) if self._chance(titles) else one.text.upper()
        # Some letters become two in capitals, which would shift the spans.
        return one._replace(text=text) if len(text) == len(one.text) else one

    def own_paragraph(self) -> Labelled:
        text, spans = "", []
        for _ in range(self.random.randint(1, 3)):
            filled = self.names.fill(self.random.choice(self.sentences))
            at = len(text) + 1 if text else 0
            text = f"{text} {filled.text}" if text else filled.text
            spans += [(s + at, e + at, k) for s, e, k in filled.spans]
        return Labelled(text, spans, [])
