"""Walks the map of topics: every schema, every example, nothing left over (as sentry-kafka-schemas does it)."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from services.contracts import examples
from services.contracts.examples import examples_of
from services.contracts.export import ROOT, SCHEMAS, json_schema
from services.contracts.messages import Message
from services.contracts.topics import DEAD, FLOW, MAX_MESSAGE_BYTES, TOPICS, Topic, topic_named
from services.contracts.urls import article_id, canonical_url
from services.runtime.decode import decode, page_id
from services.runtime.settings import BESIDE, STAGES

SERVICES = {*STAGES, "search"}
READERS = SERVICES | {*BESIDE, "downstream users", "people"}
WRITERS = SERVICES | {*BESIDE, "anyone", "plug-ins"}
CASES = [
    pytest.param(topic, payload, id=f"{topic.name}/{name}")
    for topic in FLOW
    for name, payload in examples_of(topic.name).items()
]


def model_of(topic: Topic) -> type[Message]:
    assert topic.model is not None
    return topic.model


@pytest.mark.parametrize("topic", FLOW, ids=lambda t: t.name)
class TestEveryTopic:
    def test_schema_on_disk_is_valid_draft_2020_12(self, topic: Topic) -> None:
        schema = orjson.loads((ROOT / SCHEMAS / f"{topic.name}.json").read_bytes())
        assert schema == json_schema(topic)
        assert schema["$schema"].endswith("2020-12/schema")
        Draft202012Validator.check_schema(schema)

    def test_two_examples_at_least_a_smallest_and_a_full_one(self, topic: Topic) -> None:
        names = set(examples_of(topic.name))
        assert len(names) >= 2
        assert any(name.startswith("smallest") for name in names)

    def test_some_example_shows_each_field(self, topic: Topic) -> None:
        shown = {name for payload in examples_of(topic.name).values() for name in payload}
        assert shown == {field.alias or name for name, field in model_of(topic).model_fields.items()}

    def test_smallest_example_has_nothing_but_what_is_needed(self, topic: Topic) -> None:
        required = set(json_schema(topic)["required"])
        smallest = min((set(p) for p in examples_of(topic.name).values()), key=len)
        bodies = {"html", "text", "body_base64"} if topic.name == "news.pages.v1" else set()
        assert required <= smallest
        assert smallest - required <= bodies | {"trail"}

    def test_every_field_says_what_it_means(self, topic: Topic) -> None:
        for name, field in model_of(topic).model_fields.items():
            assert field.description, f"{topic.name}: {name}"


@pytest.mark.parametrize(("topic", "payload"), CASES)
class TestEveryExample:
    def test_validates_against_schema_and_model(self, topic: Topic, payload: dict[str, Any]) -> None:
        Draft202012Validator(json_schema(topic), format_checker=Draft202012Validator.FORMAT_CHECKER).validate(payload)
        model_of(topic).model_validate(payload)

    def test_round_trips(self, topic: Topic, payload: dict[str, Any]) -> None:
        message = decode(orjson.dumps(payload), model_of(topic))
        again = decode(message.to_json(), model_of(topic))
        assert again == message
        Draft202012Validator(json_schema(topic)).validate(orjson.loads(message.to_json()))

    def test_ignores_unknown_fields_at_every_depth(self, topic: Topic, payload: dict[str, Any]) -> None:
        known = decode(orjson.dumps(payload), model_of(topic))
        assert decode(orjson.dumps(_with_novelty(payload)), model_of(topic)) == known
        Draft202012Validator(json_schema(topic)).validate(_with_novelty(payload))

    def test_id_belongs_to_url(self, topic: Topic, payload: dict[str, Any]) -> None:
        if "id" in payload and "url" in payload:
            assert payload["id"] == article_id(payload["url"])
        if "url" in payload:
            assert canonical_url(payload["url"])
            assert page_id(None, orjson.dumps(payload))[0] == article_id(payload["url"])

    def test_mentions_stand_where_they_say(self, topic: Topic, payload: dict[str, Any]) -> None:
        for entity in payload.get("entities", ()):
            assert entity["count"] >= len(entity["mentions"])
            for mention in entity["mentions"]:
                assert payload["body"][mention["start"] : mention["end"]] == mention["text"]

    def test_fits_its_topic(self, topic: Topic, payload: dict[str, Any]) -> None:
        assert len(orjson.dumps(payload)) < topic.max_bytes


def _with_novelty(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_novelty(item) for item in value]
    if isinstance(value, dict):
        inner = value if "ner" in value else {k: _with_novelty(v) for k, v in value.items()} | {"novelty": [1]}
        return dict(inner)
    return value


class TestMap:
    @pytest.mark.parametrize("topic", TOPICS, ids=lambda t: t.name)
    def test_names_settings_and_people(self, topic: Topic) -> None:
        # https://github.com/apache/kafka, class Topic: legal characters and length
        assert re.fullmatch(r"[a-zA-Z0-9._-]{1,249}", topic.name)
        assert len(topic.name) <= 249 - 63, "a namespace of 63 characters fits in front"
        assert topic.title
        assert set(topic.writers) <= WRITERS
        assert topic.writers
        assert set(topic.readers) <= READERS
        assert topic.readers
        assert topic.partitions >= 1
        assert topic.retention_ms == -1 or topic.retention_ms >= 24 * 3600 * 1000
        assert all(isinstance(value, str) for value in topic.settings.values())

    def test_names_are_unique(self) -> None:
        names = [topic.name for topic in TOPICS]
        assert len(names) == len(set(names))
        assert len({name.replace(".", "_") for name in names}) == len(names), "Kafka's metrics confuse . and _"

    def test_what_a_stage_reads_has_a_dead_topic_with_room_for_the_headers(self) -> None:
        read = {topic.dead_name: topic for topic in FLOW if topic.readers[0] in {*STAGES, *BESIDE}}
        assert set(read) == {topic.name for topic in DEAD}
        for dead in DEAD:
            assert dead.max_bytes > read[dead.name].max_bytes
            assert dead.writers[0] in read[dead.name].readers
            assert dead.partitions == 1, "`newsloom dead` names letters by topic and offset alone"

    def test_every_stage_reads_what_another_writes(self) -> None:
        for topic in FLOW:
            assert set(topic.writers) - {*topic.readers}, f"{topic.name} is written by its reader alone"
        assert {reader for topic in FLOW for reader in topic.readers} >= SERVICES

    def test_the_largest_message_counts(self) -> None:
        assert max(topic.max_bytes for topic in TOPICS) == MAX_MESSAGE_BYTES

    def test_topic_named(self) -> None:
        assert topic_named("news.pages.v1").title
        assert topic_named("news.pages.v1.dead").partitions == 1
        with pytest.raises(KeyError, match=r"no topic 'news\.page'; there are: news\.urls\.v1"):
            topic_named("news.page")

    def test_no_example_without_topic(self) -> None:
        folders = {path.name for path in examples.FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__"}
        assert folders == {topic.name for topic in FLOW}
        strangers = [p for p in examples.FOLDER.rglob("*") if p.is_file() and p.suffix not in {".json", ".py", ".pyc"}]
        assert strangers == []
        assert examples_of("news.none.v1") == {}

    def test_no_schema_without_topic(self) -> None:
        assert {Path(p).stem for p in (ROOT / SCHEMAS).iterdir()} == {topic.name for topic in FLOW}
