"""Articles that a page carries for its scripts and does not show: what is found without, and with, reading such data.

usage: bench_payloads.py FOLDER [--shapes] [--every N]

FOLDER is as for bench_extract.py, which also defines F1. The article is taken out of each page (shell), or all but its
first two paragraphs (cut); so is `articleBody` of its JSON-LD, which was read before.
- Real: the pages' own scripts are left. Counted are the pages whose scripts have half of the article's shingles.
- Shapes: of each page, its scripts are taken out and the article's gold is put in, in each of the shapes of
  tests/support/payloads.py in turns, beside other articles, comments and words of the interface (--shapes: F1 of each).
- Elsewhere: the same with the gold of another page, which is not to be found.
"""

import argparse
import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from unittest.mock import patch

from lxml import etree
from lxml.html import HtmlElement

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from bench_extract import Item, corpus_f1, ours, page_score, shingles
from support.payloads import SHAPES

from services.clean.blocks import read_blocks
from services.clean.elements import BLOCKS
from services.clean.tree import parse

KEPT = 2
LEAST_WORDS = 120
Score = tuple[float | None, float | None]


def pages(folder: Path) -> Iterator[tuple[str, Item, HtmlElement]]:
    """Corpus, gold and tree of each page whose article is long enough to be missed."""
    for truth in sorted(folder.rglob("ground-truth.json")):
        gold: dict[str, Item] = json.loads(truth.read_text("utf-8"))
        for identity, item in gold.items():
            packed = (truth.parent / "html" / f"{identity}.html.gz").read_bytes()
            tree = parse(gzip.decompress(packed).decode("utf-8", "replace"))
            if tree is not None and len((item.get("articleBody") or "").split()) >= LEAST_WORDS:
                yield truth.parent.name, item, tree


def without_article(tree: HtmlElement, gold: str, kept: int) -> HtmlElement:
    """A copy of the page without what is in `gold`, but for the first `kept` paragraphs."""
    tree = deepcopy(tree)
    said = set(shingles(gold))
    for block in read_blocks(tree).blocks:
        own = shingles(block.text)
        if block.tag in ("h1", "title", "body", "html") or not own or sum(1 for s in own if s in said) < len(own) / 2:
            continue
        if kept and block.weight:
            kept -= 1
        elif block.tag in BLOCKS and block.element.getparent() is not None:
            block.element.drop_tree()
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            script.text = re.sub(r'"articleBody"', '"was"', script.text or "")
    return tree


def html_of(tree: HtmlElement) -> str:
    """The page again."""
    return str(etree.tostring(tree, encoding="unicode", method="html"))


def carries(tree: HtmlElement, gold: str) -> bool:
    """Whether the scripts have half of the article, as far as plain search tells."""
    runs = [re.findall(r"\w+", line) for line in gold.splitlines()]
    runs = [" ".join(words[:3]) for words in runs if len(words) >= 8]
    scripts = "\n".join(s.text or "" for s in tree.iter("script") if "ld+json" not in (s.get("type") or ""))
    escaped = [json.dumps(run)[1:-1] for run in runs]
    return bool(runs) and sum(a in scripts or b in scripts for a, b in zip(runs, escaped, strict=True)) * 2 >= len(runs)


def with_shape(tree: HtmlElement, title: str, gold: str, shape: str) -> str:
    """The page without its scripts, and with `gold` in the shape before its end."""
    tree = deepcopy(tree)
    for script in list(tree.iter("script")):
        if "ld+json" not in (script.get("type") or ""):
            script.drop_tree()
    made = SHAPES[shape](title, [line for line in gold.splitlines() if line.strip()])
    whole, end, rest = html_of(tree).rpartition("</body>")
    return f"{whole}{made}{end}{rest}" if end else rest + made


def both(html: str, item: Item, gold: str) -> tuple[Score, Score]:
    """Scores without reading payloads, and with."""
    with patch("services.clean.opinions.article_in", lambda *_: None):
        before, _ = ours(html, item)
    after, _ = ours(html, item)
    return page_score(gold, before), page_score(gold, after)


def report(name: str, scores: list[tuple[Score, Score]]) -> None:
    """F1 before and after."""
    before, after = (corpus_f1(side) if scores else 0.0 for side in (list(s) for s in zip(*scores, strict=True)))
    print(f"{name:40} {len(scores):4} pages  F1 {before:.3f} -> {after:.3f}", flush=True)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shapes", action="store_true", help="each shape on each page, and its F1")
    parser.add_argument("--every", type=int, default=1, help="measure each Nth page only")
    arguments = parser.parse_args()
    found: dict[str, list[tuple[Score, Score]]] = defaultdict(list)
    elsewhere = "", ""
    for at, (corpus, item, tree) in enumerate(pages(arguments.folder)):
        if at % arguments.every:
            continue
        gold, title = item["articleBody"], item.get("title") or (tree.findtext(".//title") or "").strip()
        for name, kept in (("shell", 0), ("cut", KEPT)):
            bare = without_article(tree, gold, kept)
            if carries(tree, gold):
                found[f"real, {name}: {corpus}"].append(both(html_of(bare), item, gold))
            names = list(SHAPES)
            shapes = names if arguments.shapes else [names[at % len(names)]]
            for shape in shapes:
                scores = both(with_shape(bare, title, gold, shape), item, gold)
                found[f"{shape}, {name}" if arguments.shapes else f"shapes, {name}: {corpus}"].append(scores)
            if elsewhere[1]:
                html = with_shape(bare, elsewhere[0], elsewhere[1], names[at % len(names)])
                found[f"elsewhere, {name}: found of the other's"].append(both(html, item, elsewhere[1]))
        elsewhere = title, gold
    if not found:
        sys.exit(f"no ground-truth.json below {arguments.folder}")
    for name, scores in sorted(found.items()):
        report(name, scores)


if __name__ == "__main__":
    main()
