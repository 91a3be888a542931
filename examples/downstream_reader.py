"""A downstream reader: prints the entities of every article on news.enriched.v1, from the beginning on.

    python examples/downstream_reader.py            follow new articles until Ctrl-C
    python examples/downstream_reader.py --once     stop when nothing has come for five seconds

The reader commits its place under its own group, so that the next start goes on where this one stopped.
"""

import json
import os
import sys

from kafka import KafkaConsumer

NAMESPACE = os.environ.get("NEWSLOOM_NAMESPACE", "")
SERVERS = os.environ.get("NEWSLOOM_KAFKA", "127.0.0.1:9092").split(",")


def main(once: bool) -> None:
    """Read and print. Delivery is at least once: whoever stores articles stores them by id."""
    consumer = KafkaConsumer(
        NAMESPACE + "news.enriched.v1",
        bootstrap_servers=SERVERS,
        group_id=NAMESPACE + "example-entities",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        consumer_timeout_ms=5000 if once else float("inf"),
    )
    try:
        for record in consumer:
            article = json.loads(record.value)
            names = ", ".join(f"{e['name']} ({e['type']}, {e['count']})" for e in article.get("entities", []))
            print(f"{article['language']}  {article['title']}\n    {names or 'no entities'}", flush=True)
            consumer.commit()  # after the work, so that a crash repeats an article and loses none
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()


if __name__ == "__main__":
    main("--once" in sys.argv[1:])
