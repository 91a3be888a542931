"""What the tests of stages on real Kafka share."""

import pytest
from support.processes import free_ports
from support.topics import create_topics

from services.runtime.settings import Settings


@pytest.fixture
def own(settings: Settings) -> Settings:
    """The settings with free ports, and the topics created."""
    given = settings.model_copy(update={"http": f"127.0.0.1:{free_ports()}"})
    create_topics(given)
    return given
