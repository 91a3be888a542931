"""Has sockets of kafka-python closed without a word where it forgets them.

kafka-python 3.0.12 leaves some to the garbage collector: those of connections that do not come about (`sock_connect` in
kafka/net/inet.py closes nothing where it raises), and those that have something left to write when their client is
closed (`close` in transport.py waits for an event loop that has stopped). The ResourceWarning then fails whichever test
runs at that moment. Ours are warned of as ever.
"""

import socket

from kafka.net.inet import KafkaNetSocket


class _Forgotten(socket.socket):
    def __del__(self) -> None:
        self.close()


def _socket(_: KafkaNetSocket, family: int = 0, kind: int = socket.SOCK_STREAM, proto: int = 0) -> socket.socket:
    return _Forgotten(family, kind, proto)


def install() -> None:
    """From now on, in this process."""
    KafkaNetSocket.socket = _socket
