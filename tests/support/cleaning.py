"""Takes a test's topics, indices and templates away."""

from services.runtime.admin import connect
from services.runtime.elastic import sync_client
from services.runtime.settings import Settings


def clean_up(settings: Settings, prefix: str) -> None:
    """Delete whatever on the servers of `settings` starts with `prefix`."""
    admin = connect(settings)
    try:
        if topics := [name for name in admin.list_topics() if name.startswith(prefix)]:
            admin.delete_topics(topics)
    finally:
        admin.close()
    client = sync_client(settings)
    try:
        if indices := list(client.indices.get(index=f"{prefix}*", expand_wildcards="all")):
            client.indices.delete(index=indices)
        templates = [template["name"] for template in client.indices.get_index_template()["index_templates"]]
        for name in (name for name in templates if name.startswith(prefix)):
            client.indices.delete_index_template(name=name)
    finally:
        client.close()
