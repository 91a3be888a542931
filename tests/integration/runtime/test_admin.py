"""Topics as the map says, on real Kafka."""

import threading
from pathlib import Path

import pytest
from kafka.admin import ConfigResource, ConfigResourceType
from support.processes import eventually
from support.topics import create_topics

from services.contracts.topics import PAGES, TOPICS
from services.runtime.admin import Difference, connect, differences, ensure_topics
from services.runtime.errors import Unavailable
from services.runtime.letters import letters
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack


def test_all_topics_are_created_as_the_map_says_and_only_once(settings: Settings) -> None:
    created = create_topics(settings)
    assert created == sorted(settings.name(t.name) for t in TOPICS)
    assert create_topics(settings) == []
    admin = connect(settings)
    try:
        assert differences(admin, settings) == []
        partitions = {e["name"]: len(e["partitions"]) for e in admin.describe_topics(created)}
        assert partitions == {settings.name(t.name): t.partitions for t in TOPICS}
    finally:
        admin.close()


def test_what_is_missing_is_added_and_what_differs_is_reported(settings: Settings) -> None:
    name = settings.name(PAGES.name)
    admin = connect(settings)
    try:
        wrong = {"num_partitions": 3, "replication_factor": 1, "configs": {"max.message.bytes": "1000000"}}
        admin.create_topics({name: wrong}, wait_for_metadata=True)
        assert len(ensure_topics(admin, settings)) == len(TOPICS) - 1
        found = {(d.setting, d.found): d for d in differences(admin, settings) if d.topic == name}
        assert found[("partitions", "3")] == Difference(name, "partitions", "3", "at least 8")
        assert found[("max.message.bytes", "1000000")].expected == "33554432"
        assert str(found[("partitions", "3")]) == f"{name}: partitions is 3, the map says at least 8"
        assert {d.topic for d in differences(admin, settings)} == {name}
    finally:
        admin.close()


def test_fewer_copies_than_the_settings_want_are_reported(settings: Settings) -> None:
    create_topics(settings)
    admin = connect(settings)
    try:
        wanted = settings.model_copy(update={"kafka_replication": 3})
        found = {str(d) for d in differences(admin, wanted)}
        assert found == {f"{settings.name(t.name)}: copies is 1, the map says at least 3" for t in TOPICS}
    finally:
        admin.close()


def test_a_setting_changed_later_is_reported(settings: Settings) -> None:
    create_topics(settings)
    admin = connect(settings)
    try:
        name = settings.name("news.urls.v1")
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs={"retention.ms": "1000"})])
        expected = f"{name}: retention.ms is 1000, the map says 604800000"
        eventually(lambda: expected in {str(d) for d in differences(admin, settings)}, expected)
    finally:
        admin.close()


def test_no_broker_is_said_with_its_address_and_leaves_nothing_open() -> None:
    nowhere = Settings(_env_file=None, kafka="127.0.0.1:1,[::1]:1")
    threads, files = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with pytest.raises(Unavailable, match=r"Kafka at 127.0.0.1:1,\[::1\]:1 does not answer \(.*\); is it up"):
            connect(nowhere)
        with pytest.raises(Unavailable, match="does not answer"):
            list(letters(nowhere))
    assert (threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))) == (threads, files)
