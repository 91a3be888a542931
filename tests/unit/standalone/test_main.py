import os
import socket

import pytest

from services.runtime.errors import UsageError
from services.standalone import main
from services.standalone.ports import unused


def test_free_ports_are_fine():
    main.check_ports({"kafka": ("127.0.0.1", unused("127.0.0.1"))})


def test_taken_ports_are_all_named_with_the_setting_to_change():
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        wanted = {"elasticsearch": one.getsockname()[:2], "clean": two.getsockname()[:2]}
        with pytest.raises(UsageError) as caught:
            main.check_ports(wanted, patience_s=0)
    first, second = str(caught.value).splitlines()
    assert first.startswith(f"elasticsearch can not listen on 127.0.0.1:{wanted['elasticsearch'][1]}")
    assert f"process {os.getpid()}" in first
    assert "NEWSLOOM_ELASTICSEARCH" in first
    assert "NEWSLOOM_HTTP" in second
