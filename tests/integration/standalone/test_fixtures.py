"""The fixtures that other tests stand on: real servers, a namespace that leaves nothing behind."""

import time

import pytest

from services.runtime.admin import connect, ensure_topics
from services.runtime.elastic import sync_client
from services.runtime.settings import Settings

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def seen() -> list[str]:
    return []


def test_topics_and_indices_of_the_namespace(settings: Settings, seen: list[str]) -> None:
    admin = connect(settings)
    created = ensure_topics(admin, settings)
    admin.close()
    client = sync_client(settings)
    client.indices.create(index=settings.name("things"))
    client.close()
    seen.append(settings.namespace)
    assert created
    assert all(name.startswith(settings.namespace) for name in created)


def test_they_are_gone_afterwards(settings: Settings, seen: list[str]) -> None:
    (before,) = seen
    assert before != settings.namespace
    admin = connect(settings)
    deadline = time.monotonic() + 20  # the broker deletes when it has answered
    while (topics := [name for name in admin.list_topics() if name.startswith(before)]) and time.monotonic() < deadline:
        time.sleep(0.2)
    admin.close()
    client = sync_client(settings)
    indices = client.indices.get(index=f"{before}*")
    client.close()
    assert topics == []
    assert indices.body == {}
