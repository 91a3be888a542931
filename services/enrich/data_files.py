"""The data files that ship with this package."""

from importlib.resources import files


def lines(file: str) -> list[str]:
    """The lines of `data/FILE` that are neither empty nor comments (`#`)."""
    text = files("services.enrich").joinpath("data", file).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
