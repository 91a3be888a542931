"""Webhooks of saved searches: which articles they are told of, and how they are told."""
