from dataclasses import replace
from pathlib import Path

import pytest

from services.runtime.settings import Settings
from services.standalone import stack
from services.standalone.software import Software
from services.standalone.supervisor import _waves

SOFTWARE = Software(Path("/java"), "25", Path("/kafka-4"), Path("/elasticsearch-8"))


def settings(tmp_path: Path, **values: object) -> Settings:
    return Settings(_env_file=None, home=tmp_path, **values)


@pytest.fixture(autouse=True)
def _nothing_is_downloaded(monkeypatch):
    monkeypatch.setattr(stack, "install", lambda *_: SOFTWARE)


def test_the_whole_stack(tmp_path):
    specs = stack.specs(settings(tmp_path), infrastructure_only=False)
    services = ["fetch", "clean", "enrich", "index", "stories", "search"]
    assert [spec.name for spec in specs] == ["kafka", "elasticsearch", *services]
    assert {spec.name: spec.after for spec in specs} == {
        "kafka": (),
        "elasticsearch": (),
        "fetch": ("kafka", "elasticsearch"),
        "clean": ("kafka",),
        "enrich": ("kafka",),
        "index": ("kafka", "elasticsearch"),
        "stories": ("kafka", "elasticsearch"),
        "search": ("kafka", "elasticsearch"),
    }
    assert _waves(specs) == [["search", "stories", "index", "enrich", "clean", "fetch"], ["elasticsearch", "kafka"]]
    assert specs[-1].address == "127.0.0.1:8000"
    assert all(spec.stall_limit_s < 60 for spec in specs)


def test_infrastructure_only(tmp_path):
    specs = stack.specs(settings(tmp_path), infrastructure_only=True)
    assert [spec.name for spec in specs] == ["kafka", "elasticsearch"]


@pytest.mark.parametrize(
    "values",
    [
        {"kafka": "kafka.example:9092", "elasticsearch": "http://es.example:9200"},
        {"kafka": "127.0.0.1:9092,127.0.0.1:9093", "elasticsearch": "https://127.0.0.1:9200"},
        {"kafka": "10.0.0.1:9092", "elasticsearch": "http://elastic:secret@127.0.0.1:9200"},
    ],
)
def test_servers_of_others_are_waited_for_only(tmp_path, values):
    kafka, elasticsearch, *services = stack.specs(settings(tmp_path, **values), infrastructure_only=False)
    assert kafka.prepare is None
    assert elasticsearch.prepare is None
    assert "secret" not in elasticsearch.address
    assert all(spec.prepare for spec in services)
    assert services[-1].after == ("kafka", "elasticsearch")
    assert "kafka" not in stack.addresses(settings(tmp_path, **values), infrastructure_only=False)


def test_services_are_started_by_this_python_and_not_from_the_working_directory(tmp_path):
    *_, search = stack.specs(settings(tmp_path), infrastructure_only=False)
    assert search.prepare is not None
    assert search.prepare().arguments[1:] == ("-P", "-m", "services", "run", "search")


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", "http://127.0.0.1:1"), ("0.0.0.0", "http://127.0.0.1:1"), ("::", "http://[::1]:1")],
)
def test_base_url(host, expected):
    assert stack.base_url(host, 1) == expected


def test_a_circle_is_a_bug(tmp_path):
    first, second = stack.specs(settings(tmp_path), infrastructure_only=True)
    with pytest.raises(ValueError, match="circle"):
        _waves([replace(first, after=("elasticsearch",)), replace(second, after=("kafka",))])


def test_the_archive_runs_where_it_is_asked_for(tmp_path):
    kept = settings(tmp_path, archive=str(tmp_path / "warc"))
    (archive,) = [spec for spec in stack.specs(kept, infrastructure_only=False) if spec.name == "archive"]
    assert (archive.address, archive.after) == ("127.0.0.1:8005", ("kafka",))


def test_alerts_run_where_webhooks_are_wanted(tmp_path):
    wanted = settings(tmp_path, webhooks=True)
    (alerts,) = [spec for spec in stack.specs(wanted, infrastructure_only=False) if spec.name == "alerts"]
    assert (alerts.address, alerts.after) == ("127.0.0.1:8006", ("kafka", "elasticsearch"))
    assert "alerts" not in {spec.name for spec in stack.specs(settings(tmp_path), infrastructure_only=False)}
