"""The texts speak of what there is: their links lead somewhere, and files, settings and topics they name exist."""

import re
from pathlib import Path

import pytest

from services.contracts.export import ROOT
from services.contracts.topics import TOPICS
from services.runtime.settings import Settings

TEXTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NO_SETTINGS = {"api_cases", "chaos", "chaos_seed", "screenshots", "test_fetch_workers", "secrets"}
"""Variables that only tests read, and the one that says where settings are."""
PLACES = {
    str(path.relative_to(ROOT)) for folder in ("services", "tests", "docs") for path in (ROOT / folder).rglob("*")
}


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
class TestText:
    def test_links_lead_somewhere(self, text: Path) -> None:
        for target in re.findall(r"\]\(([^)]+)\)", text.read_text("utf-8")):
            if not target.startswith("http"):
                path, _, anchor = target.partition("#")
                assert (text.parent / path).exists(), target
                if anchor:
                    heads = re.findall(r"^#+ (.+)$", (text.parent / path).read_text("utf-8"), re.MULTILINE)
                    assert anchor in {head.lower().replace(" ", "-") for head in heads}, target

    def test_files_that_it_names_exist(self, text: Path) -> None:
        for name in re.findall(r"`([\w.][\w./-]*\.(?:py|ya?ml|lock|sh|toml|json|md))`", text.read_text("utf-8")):
            known = (ROOT / name).exists() or any(place.endswith(f"/{name}") for place in PLACES)
            assert known or name in {"uv.lock", "kafka-reassign-partitions.sh"}, name

    def test_settings_that_it_names_exist(self, text: Path) -> None:
        names = {name.lower() for name in re.findall(r"NEWSLOOM_([A-Z_0-9]+[A-Z0-9])", text.read_text("utf-8"))}
        assert names - NO_SETTINGS <= set(Settings.model_fields)

    def test_topics_that_it_names_exist(self, text: Path) -> None:
        named = set(re.findall(r"`(news\.[a-z]+\.v\d+(?:\.dead)?)`", text.read_text("utf-8")))
        assert named - {"news.pages.v2"} <= {topic.name for topic in TOPICS}


def test_architecture_names_every_package() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    for package in (
        "contracts",
        "runtime",
        "fetch",
        "clean",
        "enrich",
        "index",
        "search",
        "archive",
        "standalone",
        "commands",
    ):
        assert f"| `services/{package}` |" in text


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs/decisions/README.md").read_text("utf-8")
    pages = [path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md")]
    assert len(pages) >= 7
    assert all(f"]({name})" in listed for name in pages)
    for name in pages:
        text = (ROOT / "docs/decisions" / name).read_text("utf-8")
        assert text.startswith(f"# {name[:3]} ")
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences"))
