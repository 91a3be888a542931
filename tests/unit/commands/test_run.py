import pytest
from typer.testing import CliRunner

from services.cli import application
from services.runtime.errors import UsageError
from services.runtime.settings import load_settings


@pytest.mark.parametrize(
    ("setting", "value"), [("NEWSLOOM_SPACY_MODEL", "no_such_pipeline"), ("NEWSLOOM_TOPIC_MODELS", "/no/such.json")]
)
def test_a_missing_model_is_said_before_kafka_is_waited_for(monkeypatch, setting, value):
    monkeypatch.setenv("NEWSLOOM_KAFKA", "127.0.0.1:1")
    monkeypatch.setenv(setting, value)
    load_settings.cache_clear()
    try:
        result = CliRunner().invoke(application("run"), ["run", "enrich"])
    finally:
        load_settings.cache_clear()
    assert isinstance(result.exception, UsageError)
    assert f"{setting} names" in str(result.exception)


def test_an_unknown_service_is_an_error():
    result = CliRunner().invoke(application("run"), ["run", "enrrich"])
    assert isinstance(result.exception, UsageError)
    assert "enrich" in str(result.exception)
