"""Each article's list of entities beside the list that a reader would make (benchmarks/data/entity_lists).

    nice python benchmarks/bench_entity_lists.py [--model en_newsloom_news] [--half a | b] [--errors]

An entity counts when its type is that of an entry and its name one of the entry's names, whatever the case and without
an article in front ("the Punch"). Each entry counts once: a second name for it is wrong. Optional entries count neither
for nor against. Micro-averaged over all lists. A person is doubled when two entities of one list name them, in full or
by a part of the name. Half a: the first, third, … article of each file, on which rules may be chosen; b is held out.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from bench_enrich import article

from services.contracts.messages import Entity
from services.enrich.enrich import enrich, load_models

DATA = Path(__file__).parent / "data" / "entity_lists"
MAIN = ("person", "organisation", "place")
_ARTICLE = re.compile(r"^(?:(?:the|der|die|das|le|la|les|el|los|las|o|a|os|as|il|lo|gli|i) |l['’])")


@dataclass(frozen=True)
class Entry:
    """One entity of a reader's list."""

    types: tuple[str, ...]
    names: frozenset[str]
    """Plain: lower case, without article."""
    forms: frozenset[str]
    """Of a person: every form the text has, and the words of the full name."""
    optional: bool


@dataclass(frozen=True)
class Row:
    """An article with a reader's list."""

    language: str
    half: str
    title: str
    body: str
    entries: tuple[Entry, ...]


def rows() -> Iterator[Row]:
    for file in sorted(DATA.glob("*.yaml")):
        for i, row in enumerate(yaml.safe_load(file.read_text(encoding="utf-8"))):
            entries = tuple(entry(types, one) for types, line in row["entities"].items() for one in line.split(";"))
            yield Row(file.stem[:2], "ab"[i % 2], row["title"], row["body"], entries)


def entry(types: str, text: str) -> Entry:
    """The entry that `text` ("Ana Moreira | A. Moreira ~ Moreira ?") describes."""
    good, _, short = text.partition("~")
    names = [name.strip().removesuffix(" ?") for name in good.split("|")]
    words = {name for full in names for name in (full, *full.split())} | {form.strip() for form in short.split("|")}
    return Entry(tuple(types.split("/")), frozenset(map(plain, names)), frozenset(map(plain, words)), " ?" in text)


def plain(name: str) -> str:
    return _ARTICLE.sub("", " ".join(name.strip().lower().replace("’", "'").split()), count=1)


@dataclass
class Judged:
    """What one list has right and wrong."""

    hits: list[Entry]
    wrong: list[Entity]
    missed: list[Entry]
    doubled: int


def judge(row: Row, found: Sequence[Entity], types: Sequence[str] | None = None) -> Judged:
    """`found` beside the row's list; of some `types` alone, if given."""
    left, hits, wrong = [*row.entries], [], []
    for one in found:
        match = next((e for e in left if one.type in e.types and plain(one.name) in e.names), None)
        if match:
            left.remove(match)
            hits.append(match)
        elif not any(e.optional and plain(one.name) in e.names for e in row.entries):
            wrong.append(one)
    return Judged(
        [e for e in hits if not e.optional and _of(e.types, types)],
        [one for one in wrong if _of((one.type,), types)],
        [e for e in left if not e.optional and _of(e.types, types)],
        sum(_is_doubled(e, row, found) for e in row.entries if "person" in e.types),
    )


def _of(own: Sequence[str], types: Sequence[str] | None) -> bool:
    return types is None or own[0] in types


def _is_doubled(person: Entry, row: Row, found: Sequence[Entity]) -> bool:
    others = frozenset(name for e in row.entries if e is not person for name in e.names)
    return sum(plain(one.name) in person.forms and plain(one.name) not in others for one in found) > 1


def line(name: str, judged: Sequence[Judged]) -> str:
    count: Counter[str] = Counter()
    for one in judged:
        count.update(hit=len(one.hits), wrong=len(one.wrong), missed=len(one.missed))
    precision, recall = count["hit"] / (count["hit"] + count["wrong"]), count["hit"] / (count["hit"] + count["missed"])
    f1 = 2 * precision * recall / (precision + recall)
    return f"{name:34} {len(judged):3} lists  P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}"


def report(all_rows: Sequence[Row], lists: Sequence[Sequence[Entity]]) -> Iterator[str]:
    """The figures, a line each."""
    groups = {
        "all": lambda row: True, "half a": lambda row: row.half == "a", "half b": lambda row: row.half == "b",
        "half b, English": lambda row: row.half == "b" and row.language == "en",
        "half b, other languages": lambda row: row.half == "b" and row.language != "en",
    }  # fmt: skip
    for name, wanted in groups.items():
        for types, kind in ((None, "all types"), (MAIN, "PER ORG LOC")):
            own = [judge(row, found, types) for row, found in zip(all_rows, lists, strict=True) if wanted(row)]
            if own:
                yield line(f"{name}, {kind}", own)
    doubled = sum(judge(row, found).doubled for row, found in zip(all_rows, lists, strict=True))
    people = sum("person" in e.types for row in all_rows for e in row.entries)
    yield f"persons under two names: {doubled} of {people} ({doubled / people:.1%})"


def errors(all_rows: Sequence[Row], lists: Sequence[Sequence[Entity]]) -> Iterator[str]:
    for row, found in zip(all_rows, lists, strict=True):
        judged = judge(row, found)
        yield f"{row.language} {row.title}"
        yield f"  wrong  {'; '.join(f'{one.name} ({one.type})' for one in judged.wrong)}"
        yield f"  missed {'; '.join(f'{min(e.names)} ({e.types[0]})' for e in judged.missed)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="en_newsloom_news")
    parser.add_argument("--half", choices=("a", "b"), help="of the articles, one half alone")
    parser.add_argument("--errors", action="store_true", help="print what is wrong and missed in each list")
    args = parser.parse_args()
    chosen = [row for row in rows() if args.half in (None, row.half)]
    articles: list[Any] = [
        article(i, row.body).model_copy(update={"title": row.title, "language": row.language})
        for i, row in enumerate(chosen)
    ]
    lists = [done.entities for done in enrich(articles, load_models(args.model))]
    print("\n".join([*(errors(chosen, lists) if args.errors else ()), *report(chosen, lists)]))


if __name__ == "__main__":
    main()
