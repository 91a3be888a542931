"""The `newsloom` command: puts the commands together; each lives in `services/commands`."""

from services.commands import main

__all__ = ["main"]
