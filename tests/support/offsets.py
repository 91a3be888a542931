"""How far the services' groups have read, asked of the broker and not of them; and how to set them back."""

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import MemberToRemove, OffsetSpec
from kafka.structs import OffsetAndMetadata

from services.contracts.topics import ARTICLES, ENRICHED, FATES, PAGES, URLS
from services.runtime.admin import connect
from services.runtime.settings import Settings

READERS = {
    URLS.name: "fetch",
    PAGES.name: "clean",
    ARTICLES.name: "enrich",
    ENRICHED.name: "index",
    FATES.name: "index",
}
"""Topic → the service whose group reads it, in the order of the flow."""


def waiting(settings: Settings) -> dict[str, int]:
    """Messages that wait, by topic without namespace; retry topics count for the reader of theirs."""
    admin = connect(settings)
    try:
        found = {}
        for topic, service in _read(admin, settings).items():
            found[topic.removeprefix(settings.namespace)] = _lag(admin, topic, settings.name(f"newsloom-{service}"))
        return found
    finally:
        admin.close()


def _read(admin: KafkaAdminClient, settings: Settings) -> dict[str, str]:
    """Topics that services read, retries first: what waits there flows into the others."""
    topics = sorted(name for name in admin.list_topics() if name.startswith(settings.namespace))
    tiers = [topic for topic in topics if ".retry." in topic and not topic.endswith(".dead")]
    retries = {t: s for t in tiers for name, s in READERS.items() if t.startswith(settings.name(name))}
    return retries | {settings.name(name): service for name, service in READERS.items()}


def _lag(admin: KafkaAdminClient, topic: str, group: str) -> int:
    ends, starts = _offsets(admin, topic, OffsetSpec.LATEST), _offsets(admin, topic, OffsetSpec.EARLIEST)
    committed = admin.list_group_offsets({group: None}).get(group, {})
    done = {tp: committed[tp].offset if tp in committed else -1 for tp in ends}
    return sum(max(0, end - max(done[tp], starts[tp])) for tp, end in ends.items())


def _offsets(admin: KafkaAdminClient, topic: str, spec: OffsetSpec) -> dict[TopicPartition, int]:
    entry = admin.describe_topics([topic])[0]
    wanted = {TopicPartition(topic, part["partition_index"]): spec for part in entry["partitions"]}
    return {tp: int(getattr(at, "offset", at)) for tp, at in admin.list_partition_offsets(wanted).items()}


def rewind(settings: Settings) -> None:
    """Let every group begin again at the beginning of its topics. The services must be stopped."""
    admin = connect(settings)
    try:
        forget_members(admin, settings)
        for topic, service in _read(admin, settings).items():
            starts = _offsets(admin, topic, OffsetSpec.EARLIEST)
            offsets = {tp: OffsetAndMetadata(at, "", -1) for tp, at in starts.items()}
            admin.alter_group_offsets(settings.name(f"newsloom-{service}"), offsets)
    finally:
        admin.close()


def forget_members(admin: KafkaAdminClient, settings: Settings) -> None:
    """Take stopped workers out of their groups, which static membership would keep for the session time-out."""
    for service in set(READERS.values()):
        group = settings.name(f"newsloom-{service}")
        members = admin.describe_groups([group])[group]["members"]
        admin.remove_group_members(group, [MemberToRemove(group_instance_id=m["group_instance_id"]) for m in members])
