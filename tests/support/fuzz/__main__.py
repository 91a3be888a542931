"""Fuzzes extraction: hostile pages through what the clean service runs, until all have an answer in time.

    PYTHONPATH=tests python -m support.fuzz [PAGES] [--cases 100000] [--first 0] [--jobs 1] [--only KIND] [--out FOLDER]

PAGES: a folder of pages (`*.html`, `*.html.gz`) to mutate, beside those of seeds/. A fault (an error, a dead worker,
more time than a document may take alone) is written to OUT (build/fuzz) with its kind, seed and shrunk input; then the
exit code is 1.
"""

import argparse
import gzip
import heapq
import sys
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median

import orjson
from tqdm import tqdm

from services.runtime.pool import TRIES_ALONE
from services.runtime.settings import Settings
from support.fuzz.cases import Case, make, plan
from support.fuzz.run import Ran, Workers, result, run, run_case
from support.fuzz.shrink import shrunk
from support.pages import seeds

SLOWEST = 3


def pages_of(folder: Path | None) -> list[bytes]:
    """The seeds' pages, and those in `folder`."""
    own = [case.body for case in seeds()]
    if folder is None:
        return own
    plain = [path.read_bytes() for path in sorted(folder.rglob("*.html"))]
    return own + plain + [gzip.decompress(path.read_bytes()) for path in sorted(folder.rglob("*.html.gz"))]


def keep(ran: Ran, pages: list[bytes], limit_s: float, out: Path) -> None:
    """Write a fault with its shrunk case."""

    def fails(case: Case) -> bool:
        again = result(workers.start(run_case, case, limit_s / (1 + TRIES_ALONE), limit_s=limit_s))
        return (again if isinstance(again, str) else again.fault)[:40] == ran.fault[:40]

    with Workers(pages, 1) as workers:
        case = shrunk(make(ran.kind, ran.seed, pages), fails)
    out.mkdir(parents=True, exist_ok=True)
    about = {"kind": ran.kind, "seed": ran.seed, "fault": ran.fault, "seconds": round(ran.seconds, 3)}
    sent = {"field": case.field, "content_type": case.content_type, "body": case.body.decode("latin-1")}
    (out / f"{ran.kind}-{ran.seed}.json").write_bytes(orjson.dumps(about | sent, option=orjson.OPT_INDENT_2))


def report(done: list[Ran]) -> None:
    """Cases, outcomes, faults and times by kind."""
    kinds: dict[str, list[Ran]] = defaultdict(list)
    for ran in done:
        kinds[ran.kind].append(ran)
    for kind, of_kind in kinds.items():
        outcomes = ", ".join(f"{n:,} {name}" for name, n in Counter(r.outcome for r in of_kind).most_common())
        slowest = heapq.nlargest(SLOWEST, of_kind, key=lambda r: r.seconds)
        times = ", ".join(f"{r.seconds:.2f} s (seed {r.seed})" for r in slowest)
        middle = median(r.seconds for r in of_kind) * 1000
        faults = sum(1 for r in of_kind if r.fault)
        print(
            f"{kind:10} {len(of_kind):7,} cases ({outcomes}), {faults} faults; median {middle:.1f} ms, slowest {times}"
        )
    faults, seconds = sum(1 for r in done if r.fault), sum(r.seconds for r in done)
    print(f"all        {len(done):7,} cases, {faults} faults, {seconds:.0f} CPU seconds")


def main() -> None:
    """Run the cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="?", type=Path)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", help="cases of this kind only")
    parser.add_argument("--out", type=Path, default=Path("build/fuzz"))
    args = parser.parse_args()
    pages, limit_s = pages_of(args.pages), Settings.model_fields["document_limit_s"].default
    chosen = [one for one in plan(args.first + args.cases)[args.first :] if args.only in (None, one[0])]
    done: list[Ran] = []
    for ran in tqdm(run(chosen, pages, limit_s, args.jobs), total=len(chosen), unit=" cases", disable=None):
        done.append(ran)
        if ran.fault:
            print(f"fault: {ran.kind} {ran.seed}, {ran.seconds:.1f} s: {ran.fault[:300]}", flush=True)
    report(done)
    faults = [ran for ran in done if ran.fault]
    for ran in faults[:20]:
        keep(ran, pages, limit_s, args.out)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
