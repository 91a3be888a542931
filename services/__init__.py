"""Newsloom: from sources of news to a searchable archive, one small service a step."""
