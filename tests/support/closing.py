"""Has kafka-python close the socket of a connection that did not come about.

kafka-python 3.0.12 leaves it to the garbage collector (kafka/net/inet.py, `sock_connect`: no `close` where it raises or
is cancelled). The ResourceWarning then fails whichever test runs at that moment, where tests take Kafka away.
"""

import socket
from typing import Any

from kafka.net.inet import KafkaNetSocket

_connect = KafkaNetSocket.sock_connect


async def _closing(self: KafkaNetSocket, net: Any, sock: socket.socket, *arguments: Any, **named: Any) -> socket.socket:
    try:
        connected: socket.socket = await _connect(self, net, sock, *arguments, **named)
    except BaseException:
        sock.close()
        raise
    return connected


def install() -> None:
    """From now on, in this process."""
    KafkaNetSocket.sock_connect = _closing
