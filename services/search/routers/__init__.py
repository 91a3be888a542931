"""The gateway's routes, a subject a file."""
