"""Trains services/enrich/pipelines/en_newsloom_news; see README.md.

    nice python benchmarks/train_ner/train.py WORK [--tokens 4000000] [--out FOLDER]

WORK keeps what was fetched and labelled, so that a second run starts with the training.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from spacy.strings import StringStore
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import filter_spans, fix_random_seed
from teachers import Labelled, label
from texts import fetch, paragraphs

from services.enrich.models import load_models

BASE = "en_core_web_sm"
SHIPPED = Path(__file__).parents[2] / "services" / "enrich" / "pipelines" / "en_newsloom_news"
VERSION = "1.0.0"
RATE, BATCH, WARM_UP = 0.001, 12, 150


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--tokens", type=int, default=4_000_000)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    args = parser.parse_args()
    fetch(args.work)
    # Faker is needed here alone, so it is no dependency of the project.
    sys.path.insert(0, str(args.work / "faker"))
    from augment import Variants

    nlp = load_models(BASE).pipelines["en"]
    fix_random_seed(0)
    train(nlp, Variants(silver(args.work), 1), args.tokens, args.out)


def silver(work: Path) -> list[Labelled]:
    """The labelled texts, from `work` when they are there."""
    file = work / "silver.jsonl"
    if not file.exists():
        done = label(list(paragraphs(work)), work)
        file.write_text("".join(json.dumps(one) + "\n" for one in done), encoding="utf-8")
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [Labelled(text, [*map(tuple, spans)], [*map(tuple, unknown)]) for text, spans, unknown in rows]


def train(nlp: Any, variants: Iterable[Labelled], tokens: int, out: Path) -> None:
    """Go on from the weights of `nlp` over that many tokens; the averages of the weights are written to `out`."""
    optimizer = nlp.resume_training()
    batch: list[Example] = []
    seen = steps = 0
    losses: dict[str, float] = {}
    start = time.monotonic()
    for one in variants:
        batch.append(example(nlp, one))
        if len(batch) < BATCH:
            continue
        optimizer.learn_rate = RATE * min(1, 0.1 + steps / WARM_UP) * max(0.03, 1 - seen / tokens)
        nlp.update(batch, sgd=optimizer, drop=0.1, losses=losses)
        seen += sum(len(e.reference) for e in batch)
        steps, batch = steps + 1, []
        if steps % 200 == 0 or seen >= tokens:
            print(f"{seen} tokens, {time.monotonic() - start:.0f} s, loss {losses.pop('ner'):.0f}", flush=True)
        if seen >= tokens:
            break
    with nlp.use_params(optimizer.averages):
        save(nlp, out)


def example(nlp: Any, one: Labelled) -> Example:
    """An example for spaCy; a span that does not end where tokens do is unknown."""
    doc = nlp.make_doc(one.text)
    spans, unknown = [], [doc.char_span(*edges, alignment_mode="expand") for edges in one.unknown]
    for start, end, name in one.spans:
        span = doc.char_span(start, end, label=name)
        (spans if span else unknown).append(span or doc.char_span(start, end, alignment_mode="expand"))
    spans = filter_spans(spans)
    taken = {i for s in spans for i in range(s.start, s.end)}
    unknown = [s for s in filter_spans(s for s in unknown if s) if taken.isdisjoint(range(s.start, s.end))]
    gold = Doc(nlp.vocab, words=[t.text for t in doc], spaces=[bool(t.whitespace_) for t in doc])
    gold.set_ents(
        [Span(gold, s.start, s.end, s.label_) for s in spans],
        missing=[Span(gold, s.start, s.end) for s in unknown], default="outside",
    )  # fmt: skip
    return Example(doc, gold)


def save(nlp: Any, out: Path) -> None:
    """Write the pipeline without the words that it met in training and without the base's figures."""
    readme = (out / "README.md").read_text(encoding="utf-8") if (out / "README.md").exists() else ""
    nlp.meta.update(
        name="newsloom_news", version=VERSION, license="MIT", author="The Newsloom authors", email="", url=""
    )
    nlp.meta["description"] = "Named entities in English news, trained from en_core_web_sm on silver labels"
    nlp.meta["performance"], nlp.meta["sources"] = {}, []
    nlp.to_disk(out)
    StringStore().to_disk(out / "vocab" / "strings.json")
    if readme:
        (out / "README.md").write_text(readme, encoding="utf-8")


if __name__ == "__main__":
    main()
