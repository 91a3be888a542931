"""TCP ports on this machine: which are free, who has the others."""

import socket
from collections.abc import Collection

import psutil


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen on host:port now (ports in TIME_WAIT count as free)."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        return False
    with socket.socket(family, kind, proto) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError:
            return False
    return True


def near(host: str, port: int, avoid: Collection[int] = ()) -> int:
    """`port` if it is free and not to be avoided, else some other free port."""
    found = port
    while found in avoid or not is_free(host, found):
        found = unused(host)
    return found


def unused(host: str) -> int:
    """Some free port, as the kernel chooses."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def holder(port: int) -> str:
    """Who listens on `port`: "process 123 (name)", or that this can not be seen."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return "a process that can not be seen from here"
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,) and connection.pid:
            try:
                return f"process {connection.pid} ({' '.join(psutil.Process(connection.pid).cmdline()[:3])[:80]})"
            except psutil.Error:
                break  # it ended, or is another user's
    return "a process of another user"
