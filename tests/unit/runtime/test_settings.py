"""Settings: from the environment, checked, and refused in words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.runtime.settings import STAGES, Settings, SettingsError, _explain, load_settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"NEWSLOOM_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()


def test_defaults_need_no_environment() -> None:
    settings = load_settings()
    assert settings.kafka == "127.0.0.1:9092"
    assert settings.es_url == "http://127.0.0.1:9200"
    assert settings.gateway == ("127.0.0.1", 8000)
    assert settings.home_dir.is_absolute()
    assert settings.cache_dir.is_absolute()
    assert load_settings() is settings, "read once"


def test_every_default_is_a_value_that_is_allowed() -> None:
    Settings.model_validate({name: field.default for name, field in Settings.model_fields.items()})


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_health_addresses_are_the_ports_after_the_gateways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLOOM_HTTP", "[::1]:9000")
    settings = load_settings()
    assert settings.gateway == ("::1", 9000)
    assert [settings.health_address(stage) for stage in STAGES] == [("127.0.0.1", 9001 + i) for i in range(4)]


def test_health_address_as_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLOOM_HEALTH", "[::]:8080")
    assert load_settings().health_address("clean") == ("::", 8080)


def test_namespace_goes_in_front(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLOOM_NAMESPACE", "test-")
    assert load_settings().name("news.urls.v1") == "test-news.urls.v1"


def test_env_file_in_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NEWSLOOM_KAFKA=kafka.example:9093\nOTHER=1\n")
    assert load_settings().kafka == "kafka.example:9093"


@pytest.mark.parametrize("name", ["NEWSLOOM_HEALTH", "NEWSLOOM_MAVEN_URL", "NEWSLOOM_KAFKA", "NEWSLOOM_WORKERS"])
def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "")
    field = name.removeprefix("NEWSLOOM_").lower()
    assert getattr(load_settings(), field) == Settings.model_fields[field].default


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kafka", "a:9092,b:9092, c:9092"),
        ("namespace", ""),
        ("namespace", "a.b-c_9"),
        ("fetch_allow", "127.0.0.0/8, ::1/128"),
        ("languages", "en,de, fr"),
        ("health", "0.0.0.0:0"),
        ("log_format", "json"),
        ("elasticsearch", "https://user:secret@es.example:9200"),
        ("elasticsearch", "https://a.example:9200, https://b.example:9200/,https://c.example:9200"),
    ],
)
def test_values_that_are_allowed(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"NEWSLOOM_{name.upper()}", value)
    assert load_settings()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("kafka", "kafka", "give HOST:PORT, for example 127.0.0.1:8000"),
        ("kafka", "a:9092,b", "give HOST:PORT"),
        ("http", "8000", "give HOST:PORT"),
        ("http", "127.0.0.1:70000", "give HOST:PORT"),
        ("http", "127.0.0.1:http", "give HOST:PORT"),
        ("elasticsearch", "es.example:9200", "URL"),
        ("elasticsearch", ",", "give a URL"),
        ("kafka_ca", "/nowhere/ca.pem", "does not point to a file"),
        ("namespace", "Big Name", "use lower-case letters, digits"),
        ("namespace", "a" * 64, "use lower-case letters, digits"),
        ("fetch_allow", "localhost", "does not appear to be an IPv4 or IPv6 network"),
        ("fetch_allow", "10.0.0.1/8", "has host bits set"),
        ("languages", "english", "use ISO 639-1 codes such as en,de,fr; not english"),
        ("workers", "0", "greater than or equal to 1"),
        ("workers", "two", "valid integer"),
        ("batch", "9999999", "less than or equal to 5000"),
        ("dead_ratio_limit", "0", "greater than 0"),
        ("fetch_delay_s", "-1", "greater than or equal to 0"),
        ("log_level", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("maven_url", "repo", "URL"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"NEWSLOOM_{name.upper()}", value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    text = str(refused.value)
    assert text.startswith(f"NEWSLOOM_{name.upper()} is '{value}': ")
    assert words in text
    assert refused.value.exit_code == 2


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLOOM_HTTP", "8000")
    monkeypatch.setenv("NEWSLOOM_BATCH", "0")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert len(str(refused.value).splitlines()) == 2


def test_secrets_stay_out_of_errors_and_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLOOM_API_KEYS", "hush")
    assert "hush" not in repr(load_settings())
    load_settings.cache_clear()
    monkeypatch.setenv("NEWSLOOM_ELASTICSEARCH", "htp://user:hush@es.example:9200")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "hush" not in str(refused.value)
    assert "es.example" in str(refused.value)


@pytest.mark.parametrize(
    ("archive", "folder"),
    [
        ("/srv/warc", "/srv/warc"),
        ("s3://bucket", "/home/x/archive-spool"),
        ("s3://a-b.c/pre/fix", "/home/x/archive-spool"),
    ],
)
def test_where_archive_files_are_written(archive: str, folder: str) -> None:
    assert Settings(_env_file=None, archive=archive, home=Path("/home/x")).archive_folder == Path(folder)


@pytest.mark.parametrize("archive", ["s3://", "s3://Bucket", "gs://bucket/x", "s3://bucket/a b"])
def test_an_archive_that_is_no_place(archive: str) -> None:
    with pytest.raises(ValueError, match=r"give (a folder, or )?s3://"):
        Settings(_env_file=None, archive=archive)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://news.example/", "https://news.example"),
        ("http://[::1]:8000/a/b/", "http://[::1]:8000/a/b"),
        ("http://10.0.0.1:8080", "http://10.0.0.1:8080"),
    ],
)
def test_the_address_for_hubs(monkeypatch: pytest.MonkeyPatch, given: str, url: str) -> None:
    monkeypatch.setenv("NEWSLOOM_WEBSUB_URL", given)
    assert load_settings().websub_url == url


@pytest.mark.parametrize(
    "given",
    [
        "news.example",
        "ftp://news.example",
        "https://",
        "https://u:p@news.example",
        "https://a.example/?x=1",
        "https://a/#b",
    ],
)
def test_what_hubs_can_not_reach_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("NEWSLOOM_WEBSUB_URL", given)
    with pytest.raises(SettingsError, match=r"NEWSLOOM_WEBSUB_URL is .*give http"):
        load_settings()


def test_several_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLOOM_ELASTICSEARCH", "https://u:p@a.example:9200, http://b.example:9200/prefix/")
    monkeypatch.setenv("NEWSLOOM_KAFKA", "a:9092, b:9092")
    settings = load_settings()
    assert settings.es_urls == ["https://u:p@a.example:9200", "http://b.example:9200/prefix"]
    assert settings.es_shown == "https://a.example:9200,http://b.example:9200/prefix"
    assert settings.kafka_servers == ["a:9092", "b:9092"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kafka_user": "u"}, "give both, or none"),
        ({"kafka_password": "hush"}, "give both, or none"),
        ({"kafka_tls": "true", "kafka_cert": __file__}, "NEWSLOOM_KAFKA_CERT and NEWSLOOM_KAFKA_KEY go together"),
        ({"kafka_ca": __file__}, "set NEWSLOOM_KAFKA_TLS=true"),
        (
            {"kafka": "kafka.example:9092", "kafka_user": "u", "kafka_password": "hush", "kafka_sasl": "PLAIN"},
            "sends the password as it is",
        ),
        ({"elasticsearch": "http://es.example:9200", "elasticsearch_ca": __file__}, "give https URLs"),
        ({"elasticsearch": "http://u:hush@es.example:9200", "elasticsearch_api_key": "k"}, "not both"),
    ],
)
def test_settings_that_do_not_fit_together(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], words: str) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"NEWSLOOM_{name.upper()}", value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert words in str(refused.value)
    assert "hush" not in str(refused.value)


def test_a_secret_of_a_wrong_kind_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, kafka_password=["hush"])
    assert "hush" not in _explain(refused.value)


def test_a_folder_of_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "newsloom_api_keys").write_text("from-file\n")
    (tmp_path / "NEWSLOOM_KAFKA").write_text("kafka.example:9092")
    monkeypatch.setenv("NEWSLOOM_SECRETS", str(tmp_path))
    assert load_settings().api_keys.get_secret_value() == "from-file"
    assert load_settings().kafka == "kafka.example:9092"
    load_settings.cache_clear()
    monkeypatch.setenv("NEWSLOOM_API_KEYS", "from-environment")
    assert load_settings().api_keys.get_secret_value() == "from-environment", "the environment wins"
    load_settings.cache_clear()
    monkeypatch.setenv("NEWSLOOM_SECRETS", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match=r"NEWSLOOM_SECRETS is .* no folder"):
        load_settings()
