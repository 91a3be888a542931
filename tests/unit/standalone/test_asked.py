"""Which settings a stack was started with."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr
from support.messages import settings_for_tests

from services.runtime.settings import Settings
from services.standalone import asked


def test_other_settings_are_named_and_the_same_are_not(tmp_path: Path) -> None:
    asked.note(tmp_path, settings_for_tests(api_keys=SecretStr("one"), archive="/kept"))
    assert asked.changed(tmp_path, settings_for_tests(api_keys=SecretStr("one"), archive="/kept")) == []
    other = settings_for_tests(api_keys=SecretStr("two"), archive="/kept", webhooks=True)
    assert asked.changed(tmp_path, other) == ["NEWSLOOM_API_KEYS", "NEWSLOOM_WEBHOOKS"]


def test_what_is_kept_has_no_values(tmp_path: Path) -> None:
    asked.note(tmp_path, settings_for_tests(api_keys=SecretStr("a-secret-key"), archive="/kept"))
    text = (tmp_path / "run" / asked.NAME).read_text()
    assert "a-secret-key" not in text
    assert "/kept" not in text
    assert {len(mark) for mark in json.loads(text)["marks"].values()} == {4}
    asked.note(tmp_path, settings_for_tests(api_keys=SecretStr("a-secret-key"), archive="/kept"))
    assert (tmp_path / "run" / asked.NAME).read_text() != text, "salted anew"


@pytest.mark.parametrize("kept", [None, "", "[]", "{}", '{"salt": "a", "marks": {}}'])
def test_what_is_not_known_is_no_change(tmp_path: Path, kept: str | None) -> None:
    (tmp_path / "run").mkdir()
    if kept is not None:
        (tmp_path / "run" / asked.NAME).write_text(kept)
    assert asked.changed(tmp_path, Settings(_env_file=None)) == []
