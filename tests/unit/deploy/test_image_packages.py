"""The container image has the packages of requirements-service.lock alone: services may ask for no other."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[3]
LOCKED = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements-service.lock").read_text("utf-8"), re.MULTILINE))
OWN = {"services", *sys.stdlib_module_names, "pip"}  # `newsloom models install` says what to do without pip


def asked_for(file: Path) -> Iterator[str]:
    """Packages that a module imports, or looks for by name."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("find_spec", "import_module")):
            yield from (a.value.partition(".")[0] for a in node.args if isinstance(a, ast.Constant))


def test_services_ask_for_what_the_image_has() -> None:
    distributions = packages_distributions()
    missing = {
        f"{file.relative_to(ROOT)}: {package}"
        for file in (ROOT / "services").rglob("*.py")
        if "standalone" not in file.parts
        for package in set(asked_for(file)) - OWN
        if not {re.sub(r"[-_.]+", "-", name).lower() for name in distributions.get(package, ())} & LOCKED
    }
    assert not missing
