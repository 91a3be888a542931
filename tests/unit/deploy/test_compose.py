"""docker-compose.yml and deploy/ against the code they speak of; tests/e2e/compose_test.sh runs them for real."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.commands.run import SERVICES
from services.contracts.topics import MAX_MESSAGE_BYTES
from services.runtime.settings import Settings

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in CONTAINERS.items() if "newsloom" in service["image"]]


def test_every_service_has_a_container() -> None:
    assert set(SERVICES) <= set(CONTAINERS)
    assert {name: CONTAINERS[name]["command"] for name in SERVICES} == {name: ["run", name] for name in SERVICES}


def test_the_broker_takes_the_largest_message() -> None:
    assert int(CONTAINERS["kafka"]["environment"]["KAFKA_MESSAGE_MAX_BYTES"]) > MAX_MESSAGE_BYTES


@pytest.mark.parametrize("name", CONTAINERS)
def test_ports_are_published_on_loopback_only(name: str) -> None:
    assert all(str(port).startswith("127.0.0.1:") for port in CONTAINERS[name].get("ports", []))


@pytest.mark.parametrize("name", CONTAINERS)
def test_containers_have_no_privileges_and_bounded_memory(name: str) -> None:
    container = CONTAINERS[name]
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["mem_limit"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_not_write_to_their_image(name: str) -> None:
    assert CONTAINERS[name]["read_only"] is True


@pytest.mark.parametrize("name", OURS)
def test_our_containers_use_settings_that_exist(name: str) -> None:
    given = {key.removeprefix("NEWSLOOM_").lower() for key in CONTAINERS[name].get("environment", {})}
    assert given <= set(Settings.model_fields)


def test_what_fetch_may_reach_is_the_demo_site_alone() -> None:
    site = CONTAINERS["site"]["networks"]["demo"]["ipv4_address"]
    assert f"{site}/32" in CONTAINERS["fetch"]["environment"]["NEWSLOOM_FETCH_ALLOW"]


def test_prometheus_scrapes_every_service() -> None:
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text("utf-8"))
    scraped = config["scrape_configs"][0]
    always = [target.split(":")[0] for target in scraped["static_configs"][0]["targets"]]
    when_there = [name for found in scraped["dns_sd_configs"] for name in found["names"]]
    assert sorted(always + when_there) == sorted(SERVICES)
    assert [name for name in SERVICES if "profiles" in CONTAINERS[name]] == when_there


def test_the_readme_names_every_variable_of_the_compose_file() -> None:
    readme = (ROOT / "deploy/README.md").read_text("utf-8")
    assert [name for name in set(re.findall(r"\$\{(\w+)", TEXT)) if name not in readme] == []
