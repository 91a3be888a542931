"""How far groups have read, and how far topics reach, asked of the broker. Raises what kafka-python raises."""

from collections.abc import Iterable, Mapping

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec


def committed(admin: KafkaAdminClient, groups: Iterable[str]) -> dict[tuple[str, TopicPartition], int]:
    """What each group has acknowledged, where it has anything."""
    found = admin.list_group_offsets(dict.fromkeys(groups))
    return {
        (group, tp): meta.offset for group, offsets in found.items() for tp, meta in offsets.items() if meta.offset >= 0
    }


def partitions(admin: KafkaAdminClient, topic: str) -> list[TopicPartition]:
    """The partitions of a topic that is there."""
    return [TopicPartition(topic, p["partition_index"]) for p in admin.describe_topics([topic])[0]["partitions"]]


def at(
    admin: KafkaAdminClient, parts: Iterable[Iterable[TopicPartition]], spec: OffsetSpec
) -> dict[TopicPartition, int]:
    """The first or last offsets of partitions."""
    tps = {tp: spec for some in parts for tp in some}
    return {tp: int(getattr(found, "offset", found)) for tp, found in admin.list_partition_offsets(tps).items()}


def ends(admin: KafkaAdminClient, topic: str) -> dict[TopicPartition, int]:
    """Up to where a topic reaches now."""
    return at(admin, [partitions(admin, topic)], OffsetSpec.LATEST)


def left(admin: KafkaAdminClient, group: str, upto: Mapping[TopicPartition, int]) -> int:
    """How many messages before `upto` the group has not acknowledged; those that the topic has dropped do not count."""
    starts = at(admin, [upto], OffsetSpec.EARLIEST)
    done = committed(admin, [group])
    return sum(max(0, end - max(done.get((group, tp), 0), starts.get(tp, 0))) for tp, end in upto.items())


def members(admin: KafkaAdminClient, group: str) -> int:
    """How many consumers the group has; one that was killed counts until its session ends."""
    return len(admin.describe_groups([group])[group]["members"])
