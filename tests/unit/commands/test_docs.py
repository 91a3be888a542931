"""What is generated from the whole product is up to date, needs no server, and does not depend on who generates it."""

import re

import orjson
import pytest

from services.commands import docs
from services.contracts.export import ROOT
from services.runtime.settings import Settings


@pytest.fixture(autouse=True)
def odd_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLOOM_HTTP", "0.0.0.0:1")
    monkeypatch.setenv("NEWSLOOM_NAMESPACE", "odd-")


def test_settings_page_is_up_to_date_and_names_every_setting() -> None:
    page = docs.settings_page()
    assert (ROOT / "docs/settings.md").read_text() == page
    for name in Settings.model_fields:
        assert len(re.findall(rf"^\| `NEWSLOOM_{name.upper()}` \|", page, re.MULTILINE)) == 1


@pytest.mark.parametrize(
    ("name", "default", "allowed"),
    [
        ("http", "`127.0.0.1:8000`", ""),
        ("api_keys", "", ""),
        ("health", "", ""),
        ("allow_open", "`false`", "`true`, `false`"),
        ("log_level", "`info`", "`debug`, `info`, `warning`, `error`"),
        ("workers", "`1`", "at least 1, at most 64"),
        ("fetch_delay_s", "`1.0`", "at least 0, at most 3600"),
        ("dead_ratio_limit", "`0.5`", "more than 0, at most 1"),
        ("home", "`~/.local/share/newsloom`", ""),
    ],
)
def test_defaults_and_bounds_in_words(name: str, default: str, allowed: str) -> None:
    field = Settings.model_fields[name]
    assert (docs.default_of(field), docs.allowed(field)) == (default, allowed)


def test_openapi_document_is_up_to_date_and_lists_the_endpoints() -> None:
    made = docs.openapi()
    assert orjson.loads((ROOT / "docs/openapi.json").read_bytes()) == made
    assert made["openapi"].startswith("3.")
    assert {"/v1/search", "/v1/articles", "/v1/journey", "/v1/timeline"} <= made["paths"].keys()
    assert set(docs.files()) > {*docs.export.files()}
