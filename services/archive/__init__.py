"""Keeps raw pages as WARC files, and reads such files, other archives' too."""
