import zipfile

import pytest

from services.runtime.settings import Settings
from services.standalone import software
from services.standalone.account import Account

ME = Account(0, 0, switch=False)


@pytest.fixture
def wanted(repository, tmp_path, monkeypatch):
    """A small Kafka and a small Elasticsearch, in a repository of our own."""
    archive = tmp_path / "server.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("server-8/lib/server.jar", "server")
        packed.writestr("server-8/README", "read me")
    parts = {
        "kafka": (repository.add("kafka_2.13", b"kafka"), repository.add("kafka-clients", b"clients")),
        "elasticsearch": (repository.add("elasticsearch", archive.read_bytes(), "elasticsearch"),),
    }
    monkeypatch.setattr(software, "part", parts.__getitem__)
    monkeypatch.setattr(software, "artifacts", lambda: (*parts["kafka"], *parts["elasticsearch"]))
    return parts


@pytest.fixture
def settings(repository, tmp_path):
    return Settings(_env_file=None, cache=tmp_path / "cache", maven_url=repository.base)


def test_installs_once(repository, settings, wanted):
    installed = software.install(settings, ME)
    assert {p.name: p.read_bytes() for p in installed.kafka_jars.iterdir()} == {
        "kafka_2.13-1.0.jar": b"kafka",
        "kafka-clients-1.0.jar": b"clients",
    }
    assert (installed.elasticsearch_home / "lib" / "server.jar").read_text() == "server"
    assert (installed.elasticsearch_home / "README").read_text() == "read me"
    assert installed.java.endswith("bin/java")
    repository.requests.clear()
    assert software.install(settings, ME) == installed
    assert repository.requests == []


def test_a_broken_download_is_replaced_also_where_it_was_unpacked(settings, wanted):
    installed = software.install(settings, ME)
    jar = installed.kafka_jars / "kafka_2.13-1.0.jar"
    jar.write_bytes(b"KAFKA")  # the file in the cache is the same file
    assert software.install(settings, ME) == installed
    assert jar.read_bytes() == b"kafka"


def test_an_archive_of_another_shape_leaves_nothing_half_done(repository, settings, wanted, tmp_path, monkeypatch):
    odd = tmp_path / "odd.zip"
    with zipfile.ZipFile(odd, "w") as packed:
        packed.writestr("one/a", "a")
        packed.writestr("two/b", "b")
    artifact = repository.add("elasticsearch", odd.read_bytes(), "elasticsearch")
    monkeypatch.setitem(wanted, "elasticsearch", (artifact,))
    with pytest.raises(ValueError, match="too many values"):
        software.install(settings, ME)
    assert [path.name for path in (settings.cache_dir / "unpacked").iterdir()] == ["kafka-1.0"]
