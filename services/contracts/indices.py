"""Names of what Elasticsearch holds; the namespace goes in front."""

import re

ARTICLES = "newsloom-articles"
"""Alias of the articles' generations."""
JOURNEYS = "newsloom-journeys"
"""One document a page: which stages it passed and its final fate."""
SOURCES = "newsloom-sources"
"""The registry of sources, with their health."""
SAVED_SEARCHES = "newsloom-saved-searches"
"""Searches that people gave a name to."""
WEBHOOKS = "newsloom-webhooks"
"""Where saved searches tell of new articles, and how that goes."""
WEBSUB = "newsloom-websub"
"""Subscriptions to the hubs of feeds, with their secrets."""
HOSTS = "newsloom-hosts"
"""Hosts that are left alone for a while, and why."""
KEYS = "newsloom-keys"
"""API keys, hashed, with what they may do."""
ENTITIES = "newsloom-entities"
"""What people decided about entities: merged, split, renamed."""
FURNITURE = "newsloom-furniture"
"""One document a host: which lines its recent articles had, as hashes, so that clean knows what recurs."""
EMBEDDING = "embedding"
"""Field of the articles' vectors; each model has one of its own in it, so that vectors of two never meet."""


def embedding_key(version: str, dimensions: int) -> str:
    """Name, within EMBEDDING, of the field with vectors of that version of a model."""
    return f"{re.sub('[^0-9a-z]+', '-', version.lower())}-{dimensions}"
