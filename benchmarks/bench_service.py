"""The services clean and enrich beside the filters `newsloom extract` and `newsloom enrich`: the same work, with Kafka.

    python benchmarks/bench_service.py clean|enrich DATA [--items 300] [--workers 1] [--rounds 3]

DATA: for clean a folder of pages (`*.html.gz`, anywhere below), for enrich NDJSON lines `{"text"}`; taken over and over
until there are --items. Needs running servers (NEWSLOOM_KAFKA and NEWSLOOM_ELASTICSEARCH); all is in a namespace of its
own, which is removed again.

The real service (`newsloom run`) is timed from the first message sent to its topic to the last outcome in Kafka. The
filter gets the same as lines, and is timed from the last line of a warm-up to its last line. They take turns.
CPU is that of all processes of either, without the broker: it tells more than the clock where other load is on the
machine. For clean, trafilatura's default reads the same pages in this process.
"""

import argparse
import contextlib
import gzip
import itertools
import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import psutil
import trafilatura
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from services.contracts.messages import Article, Message, PageMessage, Source
from services.contracts.topics import ARTICLES, ENRICHED, FATES, MAX_MESSAGE_BYTES, PAGES, TOPICS, Topic
from services.contracts.urls import article_id
from services.runtime.admin import connect
from services.runtime.settings import Settings
from services.standalone.ports import unused

NEWSLOOM = [str(Path(sys.executable).with_name("newsloom"))]
FILTERS = {"clean": "extract", "enrich": "enrich"}
READS: dict[str, Topic] = {"clean": PAGES, "enrich": ARTICLES}
WRITES: dict[str, Sequence[Topic]] = {"clean": (ARTICLES, FATES), "enrich": (ENRICHED, FATES)}
PATIENT = {**os.environ, "NEWSLOOM_DOCUMENT_LIMIT_S": "600"}
"""On a busy machine a chunk would be killed at its limit, and done again."""
WARM_UP = 40
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


class Running:
    """The service in a namespace of its own."""

    def __init__(self, stage: str, workers: int, home: Path) -> None:
        self._stage, port = stage, unused("127.0.0.1")
        given = {"HTTP": f"127.0.0.1:{port}", "NAMESPACE": f"bench-{secrets.token_hex(4)}.", "HOME": str(home)}
        given |= {"WORKERS": str(workers), "LOG_LEVEL": "warning"}
        environment = PATIENT | {f"NEWSLOOM_{name}": value for name, value in given.items()}
        self.settings = Settings(
            http=given["HTTP"], namespace=given["NAMESPACE"], home=home, workers=workers, _env_file=None
        )
        # Packed as fetch packs pages. kafka-python 3.0 sends 2 MiB a second otherwise, which the service waited for.
        self._producer = KafkaProducer(
            bootstrap_servers=self.settings.kafka, max_request_size=MAX_MESSAGE_BYTES,
            compression_type="gzip", linger_ms=20, batch_size=1 << 20,
        )  # fmt: skip
        self._consumer = KafkaConsumer(bootstrap_servers=self.settings.kafka)
        self._process = psutil.Popen([*NEWSLOOM, "run", stage], env=environment)

    def wait_ready(self) -> None:
        """Until the service says so."""
        host, port = self.settings.health_address(self._stage)
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"http://{host}:{port}/readyz", timeout=10, trust_env=False).is_success:
                    return
            time.sleep(0.5)
        raise SystemExit(f"the service {self._stage} does not get ready")

    def outcomes(self) -> int:
        """How many there are so far."""
        names = [self.settings.name(topic.name) for topic in WRITES[self._stage]]
        places = [TopicPartition(n, p) for n in names for p in self._consumer.partitions_for_topic(n) or ()]
        return sum(self._consumer.end_offsets(places).values())

    def round(self, items: Sequence[Item]) -> Took:
        """Send `items`, and wait until they are through."""
        before = self.outcomes()
        topic = self.settings.name(READS[self._stage].name)
        start, cpu = time.perf_counter(), cpu_of(self._process)
        for one in items:
            self._producer.send(topic, one.sent, key=one.key)
        self._producer.flush()
        while (done := self.outcomes() - before) < len(items):
            if time.perf_counter() - start > LIMIT_S:
                raise SystemExit(f"{done} of {len(items)} outcomes after {LIMIT_S:g} s")
            time.sleep(LOOK_S)
        return Took(
            sum(one.size for one in items),
            time.perf_counter() - start,
            cpu_of(self._process) - cpu,
        )

    def stop(self) -> None:
        """Stop the service, and remove its topics."""
        self._process.terminate()
        self._process.wait(60)
        self._producer.close()
        self._consumer.close()
        admin = connect(self.settings)
        names = {self.settings.name(topic.name) for topic in TOPICS}
        admin.delete_topics([name for name in admin.list_topics() if name in names])
        admin.close()


def filtered(stage: str, items: Sequence[Item], workers: int) -> Took:
    """The filter's time for `items`, behind a warm-up that is not counted."""
    lines = [one.line for one in (*items[:WARM_UP], *items)]
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
        if number == len(lines):
            took = Took(sum(i.size for i in items), time.perf_counter() - start, cpu_of(process) - cpu)
    writer.join()
    process.wait()
    return took


def _write(stream: Any, lines: Sequence[bytes]) -> None:
    with stream:
        stream.writelines(lines)


def by_trafilatura(items: Sequence[Item]) -> Took:
    """The plain library, in this process."""
    start, cpu = time.perf_counter(), time.process_time()
    for one in items:
        trafilatura.extract(one.html)
    return Took(len(items), time.perf_counter() - start, time.process_time() - cpu)


@contextlib.contextmanager
def service(stage: str, workers: int) -> Iterator[Running]:
    """The service, running; stopped in the end."""
    with tempfile.TemporaryDirectory() as home:
        running = Running(stage, workers, Path(home))
        try:
            running.wait_ready()
            yield running
        finally:
            running.stop()


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
    parser.add_argument("--items", type=int, default=300)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    found = pages(args.data) if args.stage == "clean" else articles(args.data)
    items = list(itertools.islice(itertools.cycle(found), args.items))
    name = f"newsloom {FILTERS[args.stage]}"
    rounds: dict[str, list[Took]] = {name: [], f"newsloom run {args.stage}": []}
    if args.stage == "clean":
        rounds["trafilatura, one process"] = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the service and its topics go with us
    with service(args.stage, args.workers) as running:
        running.round(items[:WARM_UP])
        for _ in range(args.rounds):
            rounds[name].append(filtered(args.stage, items, args.workers))
            rounds[f"newsloom run {args.stage}"].append(running.round(items))
            if args.stage == "clean":
                rounds["trafilatura, one process"].append(by_trafilatura(items))
            print("; ".join(f"{side} {all_took[-1]}" for side, all_took in rounds.items()), flush=True)
    report(rounds, "pages" if args.stage == "clean" else "words")


if __name__ == "__main__":
    main()
