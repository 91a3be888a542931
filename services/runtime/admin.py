"""Creates the topics as the map says, and reports where a topic that exists differs from it."""

import socket
from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, TopicAlreadyExistsError

from services.contracts.topics import TOPICS, Topic
from services.runtime.errors import Unavailable
from services.runtime.kafka import client_options
from services.runtime.settings import Settings

TIMEOUT_MS = 20_000
CONNECT_MS = 10_000
KNOCK_S = 5.0
CREATE_TRIES = 10
SAFE_COPIES = 3


@dataclass(frozen=True)
class Difference:
    """A topic's setting that is not as the map says (`copies`: NEWSLOOM_KAFKA_REPLICATION)."""

    topic: str
    setting: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.setting} is {self.found}, the map says {self.expected}"


def connect(settings: Settings) -> KafkaAdminClient:
    """An admin client; whoever opens it closes it. Raises Unavailable."""
    knock(settings)
    try:
        return KafkaAdminClient(
            **client_options(settings),
            client_id="newsloom-admin",
            request_timeout_ms=TIMEOUT_MS,
            bootstrap_timeout_ms=CONNECT_MS,
        )
    except (KafkaError, OSError, ValueError) as error:
        raise Unavailable(f"Kafka at {settings.kafka} does not answer ({error!r}); is it up?") from error


def knock(settings: Settings) -> None:
    """Return when any of the bootstrap servers takes a TCP connection. Raises Unavailable.

    Asked before any client of kafka-python is made: one that finds no broker leaves a thread and four open
    files behind (3.0.12, measured), which a service that waits for Kafka for hours can not afford.
    """
    for server in settings.kafka_servers:
        host, _, port = server.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), KNOCK_S).close()
        except OSError as error:
            why = error.strerror or error
        else:
            return
    raise Unavailable(f"Kafka at {settings.kafka} does not answer ({why}); is it up?")


def ensure_topics(admin: KafkaAdminClient, settings: Settings) -> list[str]:
    """Create the topics that are missing; returns their names. Safe when several services start at once."""
    for _ in range(CREATE_TRIES):
        there = set(admin.list_topics())
        missing = {settings.name(t.name): t for t in TOPICS if settings.name(t.name) not in there}
        if not missing:
            return []
        specs = {name: _spec(topic, settings) for name, topic in missing.items()}
        try:
            admin.create_topics(specs, timeout_ms=TIMEOUT_MS, wait_for_metadata=True)
        except TopicAlreadyExistsError:
            continue  # another service was faster with some of them; look again
        except KafkaError as error:
            raise Unavailable(f"Kafka did not create {', '.join(missing)}: {error!r}") from error
        return sorted(missing)
    raise Unavailable("Kafka does not show topics that it says exist")


def differences(admin: KafkaAdminClient, settings: Settings) -> list[Difference]:
    """Where existing topics differ from the map: partitions and copies (fewer), and settings."""
    expected = {settings.name(topic.name): topic for topic in TOPICS}
    found: list[Difference] = []
    for entry in admin.describe_topics(sorted(set(admin.list_topics()) & set(expected))):
        topic = expected[entry["name"]]
        counted = {
            "partitions": (len(entry["partitions"]), topic.partitions),
            "copies": (min(len(p["replica_nodes"]) for p in entry["partitions"]), settings.kafka_replication),
        }
        found += [
            Difference(entry["name"], what, str(is_), f"at least {least}")
            for what, (is_, least) in counted.items()
            if is_ < least
        ]
        found += _settings_differences(admin, entry["name"], topic)
    return found


def _settings_differences(admin: KafkaAdminClient, name: str, topic: Topic) -> list[Difference]:
    resource = ConfigResource(ConfigResourceType.TOPIC, name)
    configs = admin.describe_configs([resource], config_filter="all")
    values = _values(configs)
    return [
        Difference(name, key, values.get(key, "unset"), value)
        for key, value in topic.settings.items()
        if values.get(key) != value
    ]


def _values(configs: object) -> dict[str, str]:
    """Flatten kafka-python's answer, {type: {name: {setting: {value…}}}}, to setting → value."""
    flat: dict[str, str] = {}
    if isinstance(configs, dict):
        for key, value in configs.items():
            if isinstance(value, dict) and "value" in value:
                flat[str(key)] = str(value["value"])
            else:
                flat |= _values(value)
    return flat


def _spec(topic: Topic, settings: Settings) -> dict[str, object]:
    """With three copies or more, one may be away, and what was confirmed is still there when another is lost.

    The broker's own default is 1: then a leader whose followers are away confirms what it alone has.
    """
    copies = settings.kafka_replication
    safe = {"min.insync.replicas": str(copies - 1)} if copies >= SAFE_COPIES else {}
    return {"num_partitions": topic.partitions, "replication_factor": copies, "configs": topic.settings | safe}
