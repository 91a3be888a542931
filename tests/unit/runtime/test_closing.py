"""What tests/support/closing.py is there for."""

import gc
import warnings

import pytest
from kafka import KafkaConsumer
from kafka.errors import KafkaTimeoutError

from services.standalone.ports import unused


def test_a_kafka_that_is_not_there_leaves_no_socket_open() -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", ResourceWarning)
        with pytest.raises(KafkaTimeoutError):
            KafkaConsumer(bootstrap_servers=f"127.0.0.1:{unused('127.0.0.1')}", bootstrap_timeout_ms=500)
        gc.collect()
    assert [one for one in said if issubclass(one.category, ResourceWarning)] == []
