"""A source on kafka-python: the articles of a JSON list go to news.pages.v1, each under its id.

    python examples/plugin_kafka_python.py examples/articles.json

It needs nothing of Newsloom but the function that names an article; docs/plug-in-a-source.md says what that does.
"""

import json
import os
import sys
from pathlib import Path

from kafka import KafkaProducer
from kafka.errors import KafkaError

from services.contracts.urls import article_id

TOPIC = os.environ.get("NEWSLOOM_NAMESPACE", "") + "news.pages.v1"
SERVERS = os.environ.get("NEWSLOOM_KAFKA", "127.0.0.1:9092").split(",")
LIMIT = 32 * 1024 * 1024  # bytes of a message on this topic; `newsloom topics`


def main(path: Path) -> int:
    """Send every article; the exit code is 1 when any could not be sent."""
    producer = KafkaProducer(bootstrap_servers=SERVERS, max_request_size=LIMIT, compression_type="gzip")
    sending, failed = [], 0
    for article in json.loads(path.read_text("utf-8")):
        value = json.dumps(article, ensure_ascii=False).encode()
        try:
            sending.append((article["url"], producer.send(TOPIC, value, key=article_id(article["url"]).encode())))
        except (KafkaError, KeyError) as error:  # too large for the producer, no broker, no URL
            failed += 1
            print(f"not sent: {article.get('url')}: {error!r}", file=sys.stderr)
    producer.flush(timeout=60)
    for url, future in sending:
        if not future.succeeded():
            failed += 1
            print(f"not confirmed: {url}: {future.exception!r}", file=sys.stderr)
    producer.close()
    print(f"{len(sending)} sent to {TOPIC}, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        sys.exit("give a file with a JSON list of articles, such as examples/articles.json")
    try:
        sys.exit(main(Path(sys.argv[1])))
    except KafkaError as error:  # no broker, or one that did not confirm in time; sending all again does no harm
        sys.exit(f"Kafka at {','.join(SERVERS)}: {error!r}")
