"""The AsyncAPI document: keys that AsyncAPI 3.0 demands, references that lead somewhere, the map's own figures."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from services.contracts.asyncapi import asyncapi
from services.contracts.export import ROOT
from services.contracts.headers import DEAD_HEADERS, DEAD_PREFIX, HEADERS
from services.contracts.messages import Origin
from services.contracts.topics import FLOW, TOPICS, Topic
from services.runtime.dead import PREFIX, DeadContext

DOCUMENT = asyncapi()


def walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def look_up(reference: str) -> Any:
    found: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def test_what_is_on_disk_reads_back_the_same() -> None:
    text = (ROOT / "docs/asyncapi.yaml").read_text()
    assert yaml.safe_load(text) == DOCUMENT
    assert not re.search(r"[&*]id\d+", text), "no YAML anchors"


def test_required_keys() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert DOCUMENT["info"].keys() >= {"title", "version"}
    for server in DOCUMENT["servers"].values():
        assert server.keys() >= {"host", "protocol"}
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in {"send", "receive"}
        assert set(operation["channel"]) == {"$ref"}


def test_every_reference_leads_somewhere() -> None:
    references = [part["$ref"] for part in walk(DOCUMENT) if "$ref" in part]
    assert len(references) > 30
    for reference in references:
        assert look_up(reference), reference


def test_component_names_are_legal() -> None:
    for kind in DOCUMENT["components"].values():
        for name in kind:
            assert re.fullmatch(r"[a-zA-Z0-9.\-_]+", name)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda t: t.name)
def test_channel_has_the_maps_figures(topic: Topic) -> None:
    channel = DOCUMENT["channels"][topic.name]
    kafka = channel["bindings"]["kafka"]
    assert (channel["address"], kafka["topic"], kafka["partitions"]) == (topic.name, topic.name, topic.partitions)
    figures = {name: value for name, value in kafka["topicConfiguration"].items() if name != "cleanup.policy"}
    assert {name: str(value) for name, value in figures.items()} | {"cleanup.policy": "delete"} == topic.settings


def test_operations_are_those_of_the_services() -> None:
    names = set(DOCUMENT["operations"])
    assert {"fetch.reads.news.urls.v1", "search.writes.news.pages.v1", "index.writes.news.enriched.v1.dead"} <= names
    assert not any("people" in name or "downstream" in name or "anyone" in name for name in names)


@pytest.mark.parametrize("topic", FLOW, ids=lambda t: t.name)
def test_examples_validate_against_the_payload_in_the_document(topic: Topic) -> None:
    message = DOCUMENT["components"]["messages"][topic.name]
    # AsyncAPI's own schema dialect is a superset of draft 07.
    validator = Draft7Validator({**message["payload"], "components": DOCUMENT["components"]})
    assert len(message["examples"]) >= 2
    for example in message["examples"]:
        validator.validate(example["payload"])
    assert re.fullmatch(message["bindings"]["kafka"]["key"]["pattern"], "0f" * 32)


def test_dead_headers_are_those_that_the_runtime_writes() -> None:
    context = DeadContext("clean", "bug", "ValueError", "text", 1, "t", "t", Origin(topic="t", partition=0, offset=0))
    assert [name for name, _ in context.headers()] == list(DEAD_HEADERS)
    assert PREFIX == DEAD_PREFIX
    dead = DOCUMENT["components"]["messages"]["news.pages.v1.dead"]["headers"]
    assert set(dead["properties"]) == {*HEADERS, *DEAD_HEADERS}
    assert dead["required"] == list(DEAD_HEADERS)
