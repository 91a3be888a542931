"""Kafka and Elasticsearch as child processes on loopback, for one machine without containers."""
