"""The map of topics as an AsyncAPI 3.0 document with Kafka bindings.

https://www.asyncapi.com/docs/reference/specification/v3.0.0 and github.com/asyncapi/bindings, folder kafka.
"""

from typing import Any

from pydantic.json_schema import models_json_schema

from services.contracts.examples import examples_of
from services.contracts.headers import DEAD_HEADERS, HEADERS, RETRY_HEADERS
from services.contracts.messages import Message
from services.contracts.topics import FLOW, RETRY_TOPICS, TOPICS, Topic

BINDING_VERSION = "0.5.0"
SERVICES = ("fetch", "clean", "enrich", "index", "search")
_DESCRIPTION = """\
Newsloom turns sources of news into a searchable archive. Its services pass each article on through these topics;
whoever produces to `news.urls.v1` or `news.pages.v1` is a source, and whoever reads `news.enriched.v1` or
`news.indexed.v1` is downstream. Unknown fields are ignored, new fields are optional. Delivery is at least once.
"""
JSON = dict[str, Any]


def asyncapi() -> JSON:
    """The whole document, ready for YAML or JSON."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Newsloom topics",
            "version": "1.0.0",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "standalone": {
                "host": "127.0.0.1:9092",
                "protocol": "kafka",
                "description": "the standalone stack; elsewhere what NEWSLOOM_KAFKA says",
            }
        },
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": dict(_operation(topic, *rest) for topic in TOPICS for rest in _who(topic)),
        "components": {
            "schemas": _schemas(),
            "messages": {topic.name: _message(topic) for topic in TOPICS},
            "messageTraits": {"headers": {"headers": _headers(HEADERS)}},
        },
    }


def _channel(topic: Topic) -> JSON:
    return {
        "address": topic.name,
        "title": topic.title,
        "messages": {"message": {"$ref": f"#/components/messages/{topic.name}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [topic.settings["cleanup.policy"]],
                    "retention.ms": topic.retention_ms,
                    "max.message.bytes": topic.max_bytes,
                },
                "bindingVersion": BINDING_VERSION,
            }
        },
    }


def _who(topic: Topic) -> list[tuple[str, str]]:
    """Pairs of service and action; people and plug-ins are no operations of ours."""
    writers = [(name, "send") for name in topic.writers if name in SERVICES]
    return writers + [(name, "receive") for name in topic.readers if name in SERVICES]


def _operation(topic: Topic, service: str, action: str) -> tuple[str, JSON]:
    verb = {"send": "writes", "receive": "reads"}[action]
    operation = {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "title": f"{service} {verb} {topic.name}",
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/message"}],
        "tags": [{"name": service}],
    }
    return f"{service}.{verb}.{topic.name}", operation


def _message(topic: Topic) -> JSON:
    if topic.model is None:
        origin = topic.name.removesuffix(".dead")
        return {
            "title": topic.title,
            "summary": f"a message of {origin} with its key, value and headers untouched, and headers that say why",
            "headers": _headers(HEADERS | DEAD_HEADERS, required=list(DEAD_HEADERS)),
            "payload": {"description": f"the bytes of the message on {origin}; they need not be JSON"},
            "bindings": {"kafka": {"bindingVersion": BINDING_VERSION}},
        }
    if topic in RETRY_TOPICS:
        summary = "the message untouched, and headers that say when and why it is tried again"
        headers: JSON = {"headers": _headers(HEADERS | RETRY_HEADERS, required=list(RETRY_HEADERS))}
    else:
        summary = (topic.model.__doc__ or "").partition("`: ")[2]
        headers = {"traits": [{"$ref": "#/components/messageTraits/headers"}]}
    examples = [{"name": name, "payload": payload} for name, payload in examples_of(topic.name).items()]
    return {
        "title": topic.title,
        "summary": summary,
        "contentType": "application/json",
        **headers,
        "payload": {"$ref": f"#/components/schemas/{topic.model.__name__}"},
        "bindings": {"kafka": {"key": _KEY, "bindingVersion": BINDING_VERSION}},
        **({"examples": examples} if examples else {}),
    }


_KEY = {
    "type": "string",
    "pattern": "^[0-9a-f]{64}$",
    "description": "id of the article: lower-case hex SHA-256 of its canonical URL; plug-ins may leave it out",
}


def _headers(headers: dict[str, str], required: list[str] | None = None) -> JSON:
    properties = {name: {"type": "string", "description": text} for name, text in headers.items()}
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _schemas() -> JSON:
    models: list[tuple[type[Message], Any]] = [(topic.model, "validation") for topic in FLOW if topic.model]
    _, definitions = models_json_schema(models, by_alias=True, ref_template="#/components/schemas/{model}")
    schemas: JSON = definitions["$defs"]
    return schemas
