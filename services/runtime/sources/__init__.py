"""The registry of sources: its index, how sources are added and merged, and OPML."""
