"""What vectors cost enrich: words a second of CPU with and without them, interleaved in one run.

    nice python benchmarks/bench_embedding.py DATA MODEL [--articles 96] [--rounds 5]

DATA: NDJSON lines with `text`; MODEL: as NEWSLOOM_EMBEDDING_MODEL names it.
"""

import argparse
import json
from itertools import islice
from pathlib import Path

from bench_enrich import article, timed

from services.enrich.embed import embedded
from services.enrich.enrich import enrich, load_models
from services.runtime.embedding.model import load_embedder
from services.runtime.pool import CHUNK


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("model")
    parser.add_argument("--articles", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with args.data.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in islice(lines, args.articles)]
    articles = [article(i, text) for i, text in enumerate(texts)]
    chunks = [articles[i : i + CHUNK] for i in range(0, len(articles), CHUNK)]
    models, embedder = load_models("en_core_web_sm"), load_embedder(args.model)
    assert embedder, "name a model"
    sides = {
        "without": lambda: [enrich(chunk, models) for chunk in chunks],
        "with": lambda: [embedded(enrich(chunk, models), embedder) for chunk in chunks],
    }
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(args.rounds):
        for name, work in sides.items():
            times[name].append(timed(work)[0])  # type: ignore[arg-type]
    words = sum(len(text.split()) for text in texts)
    print(f"{len(texts)} articles, {words} words, {args.rounds} rounds, {embedder.name} {embedder.version}")
    for name, taken in times.items():
        print(f"{name:8} {words / min(taken):7.0f} words/s of CPU (best round)")
    ratios = sorted(a / b for a, b in zip(times["without"], times["with"], strict=True))
    print(f"speed ratio, median over the rounds: {ratios[len(ratios) // 2]:.3f}")


if __name__ == "__main__":
    main()
