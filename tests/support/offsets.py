"""How far the services' groups have read, asked of the broker and not of them; and how to set them back."""

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import MemberToRemove, OffsetSpec
from kafka.structs import OffsetAndMetadata

from services.contracts.topics import ARTICLES, ENRICHED, FATES, PAGES, RETRIES, URLS
from services.runtime.admin import connect
from services.runtime.settings import Settings

READERS = {
    URLS.name: "fetch",
    PAGES.name: "clean",
    ARTICLES.name: "enrich",
    ENRICHED.name: "index",
    FATES.name: "index-journeys",
}
"""Topic → the group that reads it, without `newsloom-`, in the order of the flow; alerts are beside it."""
_TIERS = {
    tier.name: f"newsloom-{READERS[topic]}-retry-{number}"
    for topic, tiers in RETRIES.items()
    if topic in READERS
    for number, tier in enumerate(tiers, 1)
}
_GROUPS = _TIERS | {topic: f"newsloom-{group}" for topic, group in READERS.items()}
"""Topic → the group that reads it; retry topics first: what waits there flows into the others."""


def waiting(settings: Settings) -> dict[str, int]:
    """Messages that wait, by topic without namespace."""
    admin = connect(settings)
    try:
        return {topic: _lag(admin, settings.name(topic), group) for topic, group in _read(admin, settings).items()}
    finally:
        admin.close()


def _read(admin: KafkaAdminClient, settings: Settings) -> dict[str, str]:
    """Of the topics that are there and read: the group, with its namespace. Tests may do without some."""
    there = set(admin.list_topics())
    return {topic: settings.name(group) for topic, group in _GROUPS.items() if settings.name(topic) in there}


def _lag(admin: KafkaAdminClient, topic: str, group: str) -> int:
    ends, starts = _offsets(admin, topic, OffsetSpec.LATEST), _offsets(admin, topic, OffsetSpec.EARLIEST)
    committed = admin.list_group_offsets({group: None}).get(group, {})
    done = {tp: committed[tp].offset if tp in committed else -1 for tp in ends}
    return sum(max(0, end - max(done[tp], starts[tp])) for tp, end in ends.items())


def _offsets(admin: KafkaAdminClient, topic: str, spec: OffsetSpec) -> dict[TopicPartition, int]:
    entry = admin.describe_topics([topic])[0]
    wanted = {TopicPartition(topic, part["partition_index"]): spec for part in entry["partitions"]}
    return {tp: int(getattr(at, "offset", at)) for tp, at in admin.list_partition_offsets(wanted).items()}


def used(settings: Settings, topic: str) -> set[int]:
    """The partitions of `topic` that have something, or had."""
    admin = connect(settings)
    try:
        return {tp.partition for tp, end in _offsets(admin, settings.name(topic), OffsetSpec.LATEST).items() if end}
    finally:
        admin.close()


def in_sync(settings: Settings) -> bool:
    """Whether every copy of every partition has all that was sent."""
    admin = connect(settings)
    try:
        entries = admin.describe_topics(sorted(admin.list_topics()))
    finally:
        admin.close()
    return all(len(p["isr_nodes"]) == len(p["replica_nodes"]) for entry in entries for p in entry["partitions"])


def rewind(settings: Settings) -> None:
    """Let every group begin again at the beginning of its topics. The services must be stopped."""
    admin = connect(settings)
    try:
        forget_members(admin, settings)
        for topic, group in _read(admin, settings).items():
            starts = _offsets(admin, settings.name(topic), OffsetSpec.EARLIEST)
            offsets = {tp: OffsetAndMetadata(at, "", -1) for tp, at in starts.items()}
            admin.alter_group_offsets(group, offsets)
    finally:
        admin.close()


def forget_members(admin: KafkaAdminClient, settings: Settings) -> None:
    """Take stopped workers out of their groups, which static membership would keep for the session time-out."""
    for group in map(settings.name, sorted(set(_GROUPS.values()))):
        members = admin.describe_groups([group])[group]["members"]
        names = [member["group_instance_id"] for member in members]
        if fixed := [MemberToRemove(group_instance_id=name) for name in names if name]:
            admin.remove_group_members(group, fixed)
