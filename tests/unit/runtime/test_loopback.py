import pytest

from services.runtime.loopback import is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "news.localhost", "::1", "[::1]"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "kafka", "localhost.example", "example.org", ""])
def test_other_machines(host: str) -> None:
    assert not is_loopback(host)
