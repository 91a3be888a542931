"""Generates what is written down from the contracts: JSON Schemas, the AsyncAPI document, the tables of topics.

`python -m services.contracts.export` writes the files, with `--check` it only says which are stale (exit 1).
`python -m services.commands.docs` does the same and adds what needs the whole product: settings and the HTTP API.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import yaml

from services.contracts.asyncapi import asyncapi
from services.contracts.tables import plug_in_fields, with_section
from services.contracts.topics import FLOW, Topic
from services.contracts.topics_page import topics_page

ROOT = Path(__file__).parents[2]
SCHEMAS = Path("services/contracts/schemas")
PLUG_IN = Path("docs/plug-in-a-source.md")
Files = Mapping[Path, str]
"""Text by path from the project's root."""


class _PlainDumper(yaml.SafeDumper):
    """YAML without anchors: the document is for reading."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _PlainDumper, value: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_PlainDumper.add_representer(str, _text)


def json_schema(topic: Topic) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a topic's messages."""
    assert topic.model is not None, "dead topics carry bytes"  # noqa: S101
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:newsloom:{topic.name}"}
    return head | topic.model.model_json_schema(by_alias=True)


def files() -> dict[Path, str]:
    """What the contracts generate."""
    made = {SCHEMAS / f"{topic.name}.json": pretty_json(json_schema(topic)) for topic in FLOW}
    made[Path("docs/asyncapi.yaml")] = (
        "# Generated from services/contracts; `make generated` writes it anew.\n"
        + yaml.dump(asyncapi(), Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=110)
    )
    made[Path("docs/topics.md")] = topics_page()
    made[PLUG_IN] = with_section((ROOT / PLUG_IN).read_text(), "fields", plug_in_fields())
    return made


def pretty_json(data: Any) -> str:
    """Indented JSON with a final line break."""
    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def stale(made: Files, root: Path = ROOT) -> list[str]:
    """What is wrong with the files on disk, a sentence each: missing, stale, or a schema without topic."""
    found = []
    for path, text in made.items():
        if not (root / path).exists():
            found.append(f"{path} is missing")
        elif (root / path).read_text() != text:
            found.append(f"{path} is stale")
    orphans = {path.relative_to(root) for path in (root / SCHEMAS).glob("*.json")} - set(made)
    return found + [f"{path} belongs to no topic" for path in sorted(orphans)]


def write(made: Files, root: Path = ROOT) -> list[str]:
    """Write what is not up to date; returns what was wrong. Schemas without topic are deleted."""
    found = stale(made, root)
    for path in (root / SCHEMAS).glob("*.json"):
        if path.relative_to(root) not in made:
            path.unlink()
    for path, text in made.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return found


def run(made: Files, *, check: bool, root: Path = ROOT) -> int:
    """Check or write, and say what was found. Exit code: 1 when checking finds anything."""
    found = stale(made, root) if check else write(made, root)
    for sentence in found:
        print(sentence if check else f"written: {sentence}", file=sys.stderr)
    if check and found:
        print("`make generated` writes them anew", file=sys.stderr)
    return 1 if check and found else 0


def main(arguments: Sequence[str] | None = None, make: Callable[[], Files] = files) -> int:
    """The command line over what `make` generates."""
    parser = argparse.ArgumentParser(description="Write the generated files anew.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    options = parser.parse_args(arguments)
    return run(make(), check=options.check)


if __name__ == "__main__":
    sys.exit(main())
