import os
import socket

from services.standalone.ports import holder, is_free, near, unused


def test_a_port_that_someone_listens_on_is_taken_and_told():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not is_free("127.0.0.1", port)
        assert near("127.0.0.1", port) != port
        assert f"process {os.getpid()} (" in holder(port)
    assert is_free("127.0.0.1", port)
    assert near("127.0.0.1", port) == port
    assert near("127.0.0.1", port, avoid={port}) != port


def test_a_host_without_address_is_not_free():
    assert not is_free("no.such.host.invalid", 8000)


def test_nobody_holds_a_free_port():
    assert holder(unused("127.0.0.1")) == "a process of another user"
