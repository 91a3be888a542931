"""The gateway: HTTP API and web page over Elasticsearch."""
