"""docs/topics.md: every topic, its limits and its messages."""

import typing
from typing import Any

from services.contracts.headers import DEAD_HEADERS, HEADERS, RETRY_HEADERS
from services.contracts.messages import Model
from services.contracts.tables import field_table, table
from services.contracts.topics import DAY_MS, FLOW, MIB, TOPICS, Topic

_INTRO = """\
# Topics

Generated from `services/contracts`; `make generated` writes it anew. As AsyncAPI: [asyncapi.yaml](asyncapi.yaml).
JSON Schemas: `services/contracts/schemas`, examples: `services/contracts/examples`.

Values are JSON in UTF-8. The key of each message is the article's id: the lower-case hex SHA-256 of its canonical URL.
Partitions go by the key; those of `news.urls.v1` by the site of the address, and what stands elsewhere is put right.
Every message may carry `schema`, the version of its shape (now 1, also when absent); another version is refused.
Unknown fields are ignored, new fields are optional. `NEWSLOOM_NAMESPACE` goes in front of the names.
"""


def topics_page() -> str:
    """docs/topics.md."""
    parts = [_INTRO, topic_table(), "\n## Headers\n", table(("header", "meaning"), _code_first(HEADERS))]
    parts += [
        "\nOn retry topics, and on a message that is tried again:\n",
        table(("header", "meaning"), _code_first(RETRY_HEADERS)),
    ]
    parts += [
        "\nOn dead topics, besides those that the message had:\n",
        table(("header", "meaning"), _code_first(DEAD_HEADERS)),
    ]
    for topic in FLOW:
        assert topic.model is not None, "every topic of the flow has a model"  # noqa: S101
        parts += [f"\n## {topic.name}\n{_sentence(topic)}\n", field_table(topic.model)]
    parts.append("\n# Parts of messages\n")
    parts += [f"\n## {model.__name__}\n{model.__doc__}\n\n{field_table(model)}" for model in _parts()]
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def topic_table() -> str:
    """Every topic with who writes and reads it, and its limits."""
    head = ("topic", "what", "written by", "read by", "partitions", "kept", "largest message")
    return table(head, (topic_row(topic) for topic in TOPICS))


def topic_row(topic: Topic) -> tuple[str, ...]:
    """One topic, for people."""
    who = ", ".join(topic.writers), ", ".join(topic.readers)
    return (f"`{topic.name}`", topic.title, *who, str(topic.partitions), kept(topic), size(topic.max_bytes))


def kept(topic: Topic) -> str:
    """How long a topic keeps messages."""
    return "for ever" if topic.retention_ms < 0 else f"{topic.retention_ms // DAY_MS} days"


def size(number: int) -> str:
    """Bytes as MiB, with the rest in KiB when there is one."""
    whole, rest = divmod(number, MIB)
    return f"{whole} MiB" + (f" {rest // 1024} KiB" if rest else "")


def _sentence(topic: Topic) -> str:
    assert topic.model is not None  # noqa: S101
    return "\n" + (topic.model.__doc__ or "").partition("`: ")[2]


def _code_first(rows: dict[str, str]) -> list[tuple[str, str]]:
    return [(f"`{name}`", text) for name, text in rows.items()]


def _parts() -> list[type[Model]]:
    """The models inside messages, each once, in the order in which they are met."""
    found: dict[type[Model], None] = {}
    for topic in FLOW:
        if topic.model is not None:
            _collect(topic.model, found)
    messages = {topic.model for topic in FLOW}
    return [model for model in found if model not in messages]


def _collect(annotation: Any, found: dict[type[Model], None]) -> None:
    if isinstance(annotation, type) and issubclass(annotation, Model) and annotation not in found:
        found[annotation] = None
        for field in annotation.model_fields.values():
            _collect(field.annotation, found)
    for inner in typing.get_args(annotation):
        _collect(inner, found)
