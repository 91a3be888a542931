"""The services clean and enrich beside the filters `newsloom extract` and `newsloom enrich`: the same work, with Kafka.

    python benchmarks/bench_service.py clean|enrich DATA [--items 600] [--workers 1] [--rounds 3]

DATA: for clean a folder of pages (`*.html.gz`, anywhere below), for enrich NDJSON lines `{"text"}`; taken over and over
until there are --items. Needs running servers (NEWSLOOM_KAFKA and NEWSLOOM_ELASTICSEARCH); all is in a namespace of its
own, which is removed again.

Both are started anew each round, with all their work waiting: the service (`newsloom run`) has it in Kafka, the filter
as lines. Both are timed from what comes of a warm-up to what comes of --items more, with as much as the warm-up still
to do; outcomes of the service are in Kafka. So neither start nor end, nor the producer, are in the figures. They take
turns.
CPU is that of all processes of either, without the broker: it tells more than the clock where other load is on the
machine. For clean, trafilatura's default reads the same pages in this process.
"""

import argparse
import contextlib
import gzip
import itertools
import os
import random
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psutil
import trafilatura
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from services.contracts.messages import Article, Message, PageMessage, Source
from services.contracts.topics import ARTICLES, ENRICHED, FATES, MAX_MESSAGE_BYTES, PAGES, TOPICS, Topic
from services.contracts.urls import article_id
from services.runtime.admin import connect, ensure_topics
from services.runtime.settings import Settings
from services.standalone.ports import unused

NEWSLOOM = [str(Path(sys.executable).with_name("newsloom"))]
FILTERS = {"clean": "extract", "enrich": "enrich"}
READS: dict[str, Topic] = {"clean": PAGES, "enrich": ARTICLES}
WRITES: dict[str, Sequence[Topic]] = {"clean": (ARTICLES, FATES), "enrich": (ENRICHED, FATES)}
PATIENT = {**os.environ, "NEWSLOOM_DOCUMENT_LIMIT_S": "600"}
"""On a busy machine a chunk would be killed at its limit, and done again."""
WARM_UP = 100
"""Items: a batch of the service's, which come out together."""
LIMIT_S = 600.0
LOOK_S = 0.02


@dataclass(frozen=True)
class Item:
    """One piece of work: as a message and as a line of the filter; its size in words or pages."""

    key: bytes
    sent: bytes
    line: bytes
    size: int
    html: str = ""


def item(number: int, message: Message, given: dict[str, Any], size: int, html: str = "") -> Item:
    """Both forms of one."""
    key = article_id(address(number)).encode()
    return Item(key, message.to_json(), orjson.dumps({"id": number, **given}) + b"\n", size, html)


def address(number: int) -> str:
    return f"https://bench.example/{number}"


def pages(folder: Path) -> list[Item]:
    """Pages as fetch sends them, but decoded already, as the filter takes them."""
    items = []
    for number, path in enumerate(sorted(folder.rglob("*.html.gz"))):
        html = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
        given = {"url": address(number), "html": html}
        items.append(item(number, PageMessage(**given), given, 1, html))
    return items


def articles(file: Path) -> list[Item]:
    """English articles."""
    items = []
    for number, line in enumerate(file.read_text("utf-8").splitlines()):
        text = orjson.loads(line)["text"]
        url = address(number)
        article = Article(
            id=article_id(url), url=url, title="", body=text, language="en", fetched_at=datetime.now(UTC),
            source=Source(id="bench", name="bench", domain="bench.example"), word_count=len(text.split()),
            content_hash="",
        )  # fmt: skip
        given = {"title": "", "body": text, "language": "en"}
        items.append(item(number, article, given, article.word_count))
    return items


@dataclass(frozen=True)
class Took:
    """Seconds of the clock and of all processes' CPU, for work of a size."""

    size: int
    seconds: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.size} in {self.seconds:.1f} s, {self.cpu:.1f} CPU s"


def cpu_of(process: psutil.Process) -> float:
    """CPU seconds of a process and its children so far."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            total += times.user + times.system
    return total


class Backlog:
    """What waits for the service, in a namespace of its own, and how it gets through it."""

    def __init__(self, stage: str, workers: int, home: Path) -> None:
        self._stage, port = stage, unused("127.0.0.1")
        given = {"HTTP": f"127.0.0.1:{port}", "NAMESPACE": f"bench-{secrets.token_hex(4)}.", "HOME": str(home)}
        given |= {"WORKERS": str(workers), "LOG_LEVEL": "warning"}
        self._environment = PATIENT | {f"NEWSLOOM_{name}": value for name, value in given.items()}
        self._settings = Settings(
            http=given["HTTP"], namespace=given["NAMESPACE"], home=home, workers=workers, _env_file=None
        )
        self._admin = connect(self._settings)
        ensure_topics(self._admin, self._settings)
        # Packed as fetch packs pages.
        self._producer = KafkaProducer(
            bootstrap_servers=self._settings.kafka, max_request_size=MAX_MESSAGE_BYTES,
            compression_type="gzip", linger_ms=20, batch_size=1 << 20,
        )  # fmt: skip
        self._consumer = KafkaConsumer(bootstrap_servers=self._settings.kafka)

    def put(self, items: Sequence[Item]) -> None:
        """Send `items` while no service runs."""
        topic = self._settings.name(READS[self._stage].name)
        for one in items:
            self._producer.send(topic, one.sent, key=one.key)
        self._producer.flush()

    def outcomes(self) -> int:
        """How many there are so far."""
        names = [self._settings.name(topic.name) for topic in WRITES[self._stage]]
        places = [TopicPartition(n, p) for n in names for p in self._consumer.partitions_for_topic(n) or ()]
        return sum(self._consumer.end_offsets(places).values())

    def work_off(self, items: Sequence[Item]) -> Took:
        """Start the service, time it, and let it end."""
        before, work = self.outcomes(), _work(items)
        self.put(work)
        process = psutil.Popen([*NEWSLOOM, "run", self._stage], env=self._environment)
        try:
            first, start, cpu = self._at(before + WARM_UP, process)
            last, end, cpu_end = self._at(before + WARM_UP + len(items), process)
            self._at(before + len(work), process)
        finally:
            process.terminate()
            process.wait(60)
        size = sum(one.size for one in items) * (last - first) / len(items)
        return Took(round(size), end - start, cpu_end - cpu)

    def _at(self, wanted: int, process: psutil.Popen) -> tuple[int, float, float]:
        """The outcomes, the clock and the CPU seconds of `process` once there are so many outcomes."""
        deadline = time.monotonic() + LIMIT_S
        while (done := self.outcomes()) < wanted:
            if time.monotonic() > deadline or process.poll() is not None:
                raise SystemExit(f"{done} of {wanted} outcomes, and no more come")
            time.sleep(LOOK_S)
        return done, time.perf_counter(), cpu_of(process)

    def close(self) -> None:
        """Remove the topics."""
        self._producer.close()
        self._consumer.close()
        names = {self._settings.name(topic.name) for topic in TOPICS}
        self._admin.delete_topics([name for name in self._admin.list_topics() if name in names])
        self._admin.close()


def filtered(stage: str, items: Sequence[Item], workers: int) -> Took:
    """The filter's time for `items`."""
    lines = [one.line for one in _work(items)]
    process = psutil.Popen(
        [*NEWSLOOM, FILTERS[stage], "-", "--jobs", str(workers)],
        env=PATIENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    writer = threading.Thread(target=_write, args=(process.stdin, lines))
    writer.start()
    start = cpu = 0.0
    for number, _ in enumerate(process.stdout, 1):
        if number == WARM_UP:
            start, cpu = time.perf_counter(), cpu_of(process)
        if number == WARM_UP + len(items):
            took = Took(sum(i.size for i in items), time.perf_counter() - start, cpu_of(process) - cpu)
    writer.join()
    process.wait()
    return took


def _work(items: Sequence[Item]) -> list[Item]:
    """What is timed, between a warm-up and as much behind it."""
    return [*items[:WARM_UP], *items, *items[:WARM_UP]]


def _write(stream: Any, lines: Sequence[bytes]) -> None:
    with stream:
        stream.writelines(lines)


def by_trafilatura(items: Sequence[Item]) -> Took:
    """The plain library, in this process."""
    start, cpu = time.perf_counter(), time.process_time()
    for one in items:
        trafilatura.extract(one.html)
    return Took(len(items), time.perf_counter() - start, time.process_time() - cpu)


def report(rounds: dict[str, list[Took]], unit: str) -> None:
    """Rates, and each one's to the filter's: medians over the rounds."""
    first = next(iter(rounds))
    for name, all_took in rounds.items():
        rates = [(t.size / t.seconds, t.size / t.cpu) for t in all_took]
        clock, cpu = (statistics.median(values) for values in zip(*rates, strict=True))
        ratios = [
            (t.size / t.seconds / (f.size / f.seconds), t.size / t.cpu / (f.size / f.cpu))
            for t, f in zip(all_took, rounds[first], strict=True)
        ]
        of_clock, of_cpu = (statistics.median(values) for values in zip(*ratios, strict=True))
        rate = f"{clock:9.1f} {unit}/s, {cpu:9.1f} {unit} a CPU second"
        print(f"{name:24} {rate}; to {first}: {of_clock:.2f} and {of_cpu:.2f}")
        print(" " * 22, "rounds:", ", ".join(f"{a:.2f} and {b:.2f}" for a, b in ratios))


def main() -> None:
    """Take turns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=FILTERS)
    parser.add_argument("data", type=Path)
    parser.add_argument("--items", type=int, default=600)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    found = pages(args.data) if args.stage == "clean" else articles(args.data)
    # The service takes them partition by partition: in any order they are alike.
    random.Random(0).shuffle(found)
    items = list(itertools.islice(itertools.cycle(found), args.items))
    name = f"newsloom {FILTERS[args.stage]}"
    rounds: dict[str, list[Took]] = {name: [], f"newsloom run {args.stage}": []}
    if args.stage == "clean":
        rounds["trafilatura, one process"] = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the service and its topics go with us
    with (
        tempfile.TemporaryDirectory() as home,
        contextlib.closing(Backlog(args.stage, args.workers, Path(home))) as backlog,
    ):
        for _ in range(args.rounds):
            rounds[name].append(filtered(args.stage, items, args.workers))
            rounds[f"newsloom run {args.stage}"].append(backlog.work_off(items))
            if args.stage == "clean":
                rounds["trafilatura, one process"].append(by_trafilatura(items))
            print("; ".join(f"{side} {all_took[-1]}" for side, all_took in rounds.items()), flush=True)
    report(rounds, "pages" if args.stage == "clean" else "words")


if __name__ == "__main__":
    main()
