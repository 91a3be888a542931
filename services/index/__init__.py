"""From enriched articles to Elasticsearch, and the journeys of all pages."""
