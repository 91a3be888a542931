"""Settings whose names are nearly right."""

import os
import re
from pathlib import Path

import pytest

from services.runtime.misspelt import misspelt
from services.runtime.settings import Settings, SettingsError, load_settings

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("NEWSLOOM_API_KEY", "NEWSLOOM_API_KEYS"),
        ("NEWSLOOM_HOST", "NEWSLOOM_HOSTS"),
        ("NEWSLOOM_FETCH_ALLOWED", "NEWSLOOM_FETCH_ALLOW"),
        ("newsloom_language", "NEWSLOOM_LANGUAGES"),
    ],
)
def test_a_near_miss_is_told(name: str, meant: str) -> None:
    assert misspelt([name, "PATH"], Settings.model_fields) == {name.upper(): meant}


def test_right_names_and_those_of_our_other_parts_are_none() -> None:
    texts = [(ROOT / name).read_text() for name in ("docker-compose.yml", "deploy/README.md", "CONTRIBUTING.md")]
    texts += [path.read_text() for path in (ROOT / "tests").rglob("conftest.py")]
    names = {name for text in texts for name in re.findall(r"NEWSLOOM_[A-Z0-9_]+[A-Z0-9]", text)}
    assert {"NEWSLOOM_PORT_ES", "NEWSLOOM_TEST_ELASTICSEARCH", "NEWSLOOM_API_CASES"} <= names
    assert misspelt({*names, "newsloom_http"}, Settings.model_fields) == {}


@pytest.mark.parametrize("where", ["environment", "file"])
def test_it_stops_the_start(where: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    if where == "environment":
        monkeypatch.setitem(os.environ, "NEWSLOOM_API_KEY", "secret")
    else:
        (tmp_path / ".env").write_text("NEWSLOOM_API_KEY=secret\n")
    load_settings.cache_clear()
    try:
        with pytest.raises(
            SettingsError, match="no setting NEWSLOOM_API_KEY; did you mean NEWSLOOM_API_KEYS"
        ) as caught:
            load_settings()
    finally:
        load_settings.cache_clear()
    assert "secret" not in str(caught.value)
