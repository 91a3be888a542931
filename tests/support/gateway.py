"""A gateway as its users run it, over an archive of a test's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.contracts.messages import Enriched
from services.runtime.settings import Settings
from support.archive import archive
from support.messages import settings_for_tests
from support.processes import Child, free_ports, running


@contextmanager
def gateway(servers: Any, home: Path, articles: list[Enriched], **environment: str) -> Iterator[Settings]:
    """Settings of a gateway that serves these articles, in a process of its own."""
    given = settings_for_tests(
        kafka=servers.kafka, elasticsearch=servers.elasticsearch, http=f"127.0.0.1:{free_ports(1)}", home=home
    )
    with archive(given, articles) as own, running(Child(own, "search", "services", "run", "search", **environment)):
        yield own
