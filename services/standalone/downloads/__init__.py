"""What the standalone stack needs from Maven Central: pinned, resumable, kept in a cache."""
