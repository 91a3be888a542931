"""Brings news in: polls feeds and sitemaps, and fetches pages, politely and safely."""
