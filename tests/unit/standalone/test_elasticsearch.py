from pathlib import Path

import yaml

from services.standalone import hunspell
from services.standalone.account import Account
from services.standalone.elasticsearch import prepare
from services.standalone.software import Software

SOFTWARE = Software(Path("/java"), "25", Path("/kafka-4"), Path("/elasticsearch-8"))


def test_configuration(tmp_path, monkeypatch):
    monkeypatch.setattr(hunspell, "DICTIONARIES", {"en_US": "en", "nl_NL": "nl_NL"})
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Xmx9g")
    command = prepare(tmp_path, "127.0.0.1", 9200, SOFTWARE, Account(0, 0, switch=False))
    config = tmp_path / "elasticsearch" / "config"
    values = yaml.safe_load((config / "elasticsearch.yml").read_text())
    assert (values["http.host"], values["http.port"]) == ("127.0.0.1", "9200")
    assert values["discovery.type"] == "single-node"
    options = (config / "jvm.options").read_text()
    assert "jdk.incubator.vector" not in options
    assert f"-XX:ErrorFile={tmp_path}" in options
    assert sorted(path.name for path in (config / "hunspell").glob("*/*")) == [
        "en_US.aff",
        "en_US.dic",
        "nl_NL.aff",
        "nl_NL.dic",
    ]
    environment = command.whole_environment()
    assert environment["ES_PATH_CONF"] == str(config)
    assert "JAVA_TOOL_OPTIONS" not in environment
    assert command.folder == Path("/elasticsearch-8")


def test_every_dictionary_is_in_the_package(tmp_path):
    hunspell.install(tmp_path)
    assert len(hunspell.DICTIONARIES) >= 12
    for locale in hunspell.DICTIONARIES:
        assert (tmp_path / locale / f"{locale}.aff").stat().st_size > 0
        assert (tmp_path / locale / f"{locale}.dic").stat().st_size > 0
