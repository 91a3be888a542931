"""Names in headlines and in news of several kinds (benchmarks/data/names) beside a plain pipeline's: strict F1.

    nice python benchmarks/bench_names.py [--model …] [--baseline en_core_web_sm] [--half a | b] [--errors]

A name counts when start, end and type are right, as in bench_enrich.py; each text stands alone, as an article's body.
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench_enrich import OURS, Spans, article, plain, scores, spacy_pipeline, trimmed

from services.enrich.enrich import enrich, load_models

DATA = Path(__file__).parent / "data" / "names"
TYPES = {"P": "PER", "O": "ORG", "L": "LOC"}
_MARKED = re.compile(r"\[([^\]|]+)\|([POL])\]")


class Row(NamedTuple):
    """A text of the file `kind` and the names in it."""

    kind: str
    half: str
    text: str
    spans: Spans


def rows() -> Iterator[Row]:
    for file in sorted(DATA.glob("*.txt")):
        between = "\n" if file.stem.startswith("headlines") else "\n\n"
        for i, marked in enumerate(file.read_text(encoding="utf-8").strip().split(between)):
            yield Row(file.stem, "ab"[i % 2], *unmarked(marked))


def unmarked(marked: str) -> tuple[str, Spans]:
    """The text and its names of a text like `[Ana Moreira|P] flies to [Lima|L]`."""
    text, spans, at = "", set(), 0
    for name in _MARKED.finditer(marked):
        text += marked[at : name.start()]
        spans.add((len(text), len(text) + len(name[1]), TYPES[name[2]]))
        text, at = text + name[1], name.end()
    return text + marked[at:], spans


def by_service(texts: Sequence[str], model: str) -> list[Spans]:
    done = enrich([article(i, text) for i, text in enumerate(texts)], load_models(model))
    return [
        {(m.start, m.end, OURS[e.type]) for e in one.entities if e.type in OURS for m in e.mentions} for one in done
    ]


def errors(row: Row, found: Spans) -> Iterator[str]:
    """The text, what is wrong in `found` and what is missing."""
    yield row.text
    for sign, spans in (("+", found - row.spans), ("-", row.spans - found)):
        yield from (f"    {sign} {row.text[start:end]} {kind}" for start, end, kind in sorted(spans))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="en_newsloom_news")
    parser.add_argument("--baseline", default="en_core_web_sm")
    parser.add_argument("--half", choices=("a", "b"), help="of the texts, one half alone")
    parser.add_argument("--errors", action="store_true", help="print what is wrong and missed in each text")
    args = parser.parse_args()
    chosen = [row for row in rows() if args.half in (None, row.half)]
    texts, gold = [row.text for row in chosen], [row.spans for row in chosen]
    ours, theirs = by_service(texts, args.model), plain(spacy_pipeline(args.baseline), texts)
    cut = [trimmed(text, spans) for text, spans in zip(texts, theirs, strict=True)]
    for row, found in zip(chosen, ours, strict=True) if args.errors else ():
        print("\n".join(errors(row, found)))
    print(f"{'':22} texts  names  {args.baseline}  trimmed  newsloom enrich")
    for kind in (*dict.fromkeys(row.kind for row in chosen), "headlines", ""):
        own = [i for i, row in enumerate(chosen) if row.kind.startswith(kind)]
        f1s = [scores([gold[i] for i in own], [side[i] for i in own])[2] for side in (theirs, cut, ours)]
        names = sum(len(gold[i]) for i in own)
        print(f"{kind or 'all':22} {len(own):5}  {names:5}  {f1s[0]:14.3f}  {f1s[1]:7.3f}  {f1s[2]:.3f}")


if __name__ == "__main__":
    main()
