"""The messages and the topics: the one map of the system, as data."""
