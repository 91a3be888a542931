"""Names of what Elasticsearch holds; the namespace goes in front."""

ARTICLES = "newsloom-articles"
"""Alias of the articles' generations."""
JOURNEYS = "newsloom-journeys"
"""One document a page: which stages it passed and its final fate."""
SOURCES = "newsloom-sources"
"""The registry of sources, with their health."""
