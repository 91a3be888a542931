"""Sentence embeddings by a local model, for enrich and the gateway; needs the extra `hybrid`."""
