"""Which settings a stack was started with, so that a later `newsloom up` can say that it asks for others.

Of each value four digits of a salted hash are kept: enough to see a change, and too little to learn a key or a
password by.
"""

import hashlib
import json
import secrets
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from services.runtime.settings import Settings
from services.standalone.state import run_folder

NAME = "settings.json"


def note(home: Path, settings: Settings) -> None:
    """Remember these settings as those of the stack in `home`."""
    salt = secrets.token_hex(16)
    (run_folder(home) / NAME).write_text(json.dumps({"salt": salt, "marks": _marks(settings, salt)}))


def changed(home: Path, settings: Settings) -> list[str]:
    """Names of the settings that are others than those that the stack has; none where nothing was remembered."""
    try:
        kept = json.loads((home / "run" / NAME).read_text())
        marks, now = kept["marks"], _marks(settings, kept["salt"])
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return []  # none, or of another version of this product
    return [name for name, mark in now.items() if marks.get(name, mark) != mark]


def _marks(settings: Settings, salt: str) -> dict[str, str]:
    values = {f"NEWSLOOM_{name.upper()}": _plain(getattr(settings, name)) for name in Settings.model_fields}
    return {name: hashlib.sha256(f"{salt} {name} {value}".encode()).hexdigest()[:4] for name, value in values.items()}


def _plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
