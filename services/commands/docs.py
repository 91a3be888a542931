"""Generates all that is written down from data: the contracts' files, the settings, the HTTP API.

`python -m services.commands.docs [--check]`, as in `services/contracts/export.py`; `make generated` runs it.
"""

import asyncio
import sys
import typing
from pathlib import Path
from typing import Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from services.contracts import export
from services.contracts.tables import table
from services.runtime.elastic import async_client
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings
from services.search.app import create_app

_INTRO = """\
# Settings

Generated from `services/runtime/settings.py`; `make generated` writes it anew. Settings are environment variables,
or lines of a file `.env` in the working directory, or files in the folder that `NEWSLOOM_SECRETS` names: one a setting,
such as `newsloom_kafka_password`, which is for secrets that Docker or Kubernetes mount. The environment wins. A wrong
value stops the start, and the error names the setting, the value and what is allowed.

"""
_SIGNS = {Ge: ("ge", "at least"), Gt: ("gt", "more than"), Le: ("le", "at most"), Lt: ("lt", "less than")}


def files() -> dict[Path, str]:
    """Everything that is generated, by path from the project's root."""
    return {
        **export.files(),
        Path("docs/settings.md"): settings_page(),
        Path("docs/openapi.json"): export.pretty_json(openapi()),
    }


def openapi() -> dict[str, Any]:
    """The gateway's OpenAPI document. Nothing is connected to, and this machine's environment does not matter."""
    settings = Settings(**{name: field.default for name, field in Settings.model_fields.items()})
    es = async_client(settings)
    try:
        return create_app(settings, es, Publisher(settings)).openapi()
    finally:
        asyncio.run(es.close())


def settings_page() -> str:
    """docs/settings.md."""
    rows = [
        (f"`NEWSLOOM_{name.upper()}`", default_of(field), field.description or "", allowed(field))
        for name, field in Settings.model_fields.items()
    ]
    return _INTRO + table(("name", "default", "meaning", "allowed"), rows)


def default_of(field: FieldInfo) -> str:
    """The default as one would write it into the environment."""
    value: Any = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        value = str(value).lower()
    return "" if value in (None, "") else f"`{value}`"


def allowed(field: FieldInfo) -> str:
    """The bounds or choices of a setting, in words."""
    choices = typing.get_args(field.annotation) if typing.get_origin(field.annotation) is typing.Literal else ()
    choices = ("true", "false") if field.annotation is bool else choices
    bounds = [
        f"{words} {getattr(rule, attribute)}"
        for rule in field.metadata
        for kind, (attribute, words) in _SIGNS.items()
        if isinstance(rule, kind)
    ]
    return ", ".join([*(f"`{choice}`" for choice in choices), *bounds])


if __name__ == "__main__":
    sys.exit(export.main(make=files))
