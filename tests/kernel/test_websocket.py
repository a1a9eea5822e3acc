"""The client of web sockets against a server of its own, sound and unsound."""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pytest_django import Settings

from config.kernel.outbound import (
    OutboundFailed,
    OutboundRefused,
    OutboundTimeout,
    OutboundTooLarge,
)
from config.kernel.websocket import check_address, connected

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
Talk = Callable[[socket.socket], None]


@contextmanager
def server(
    talk: Talk, *, status: str = "101 Switching Protocols", good: bool = True
) -> Iterator[str]:
    """One connection: the handshake, then `talk`."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            head = connection.recv(4096)
            key = head.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
            accept = base64.b64encode(hashlib.sha1(key + GUID if good else key).digest()).decode()
            lines = (f"HTTP/1.1 {status}", "Upgrade: websocket", "Connection: Upgrade")
            told = "\r\n".join((*lines, f"Sec-WebSocket-Accept: {accept}", "", ""))
            connection.sendall(told.encode())
            talk(connection)

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/path"
    finally:
        listener.close()
        thread.join(5)


def heard(connection: socket.socket) -> bytes:
    """One masked message, unmasked."""
    head = connection.recv(2, socket.MSG_WAITALL)
    size = head[1] & 0x7F
    if size == 126:
        size = struct.unpack(">H", connection.recv(2, socket.MSG_WAITALL))[0]
    elif size == 127:
        size = struct.unpack(">Q", connection.recv(8, socket.MSG_WAITALL))[0]
    mask = connection.recv(4, socket.MSG_WAITALL)
    content = connection.recv(size, socket.MSG_WAITALL)
    return bytes(each ^ mask[at % 4] for at, each in enumerate(content))


def echo(connection: socket.socket) -> None:
    content = heard(connection)
    connection.sendall(b"\x81\x7f" + struct.pack(">Q", len(content)) + content)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 100_000])
def test_messages_of_every_size_come_back(size: int) -> None:
    text = "ü" * (size // 2) + "x" * (size % 2)
    with server(echo) as address, connected(address) as opened:
        opened.send(text)
        assert opened.receive() == text


def test_pieces_are_joined_and_a_ping_between_them_is_answered() -> None:
    pongs = []

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"\x01\x03abc" + b"\x89\x02hi" + b"\x80\x03def")
        pongs.append(heard(connection))
        connection.sendall(b"\x88\x02\x03\xe8")

    with server(talk) as address, connected(address) as opened:
        assert opened.receive() == "abcdef"
        assert opened.receive() is None
    assert pongs == [b"hi"]


def test_more_than_is_wanted_is_refused_before_it_is_read() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"\x81\x7f" + struct.pack(">Q", 1 << 40))
        connection.recv(100)

    with (
        server(talk) as address,
        connected(address, max_bytes=1000) as opened,
        pytest.raises(OutboundTooLarge),
    ):
        opened.receive()


def test_who_does_not_know_the_handshake_is_no_web_socket() -> None:
    for status, good in (("101 Switching Protocols", False), ("200 OK", True)):
        with (
            server(lambda connection: None, status=status, good=good) as address,
            pytest.raises(OutboundFailed) as caught,
            connected(address),
        ):
            pass
        assert caught.value.sent is False


def test_silence_ends_with_the_time_and_says_whether_a_message_left() -> None:
    over = threading.Event()

    def talk(connection: socket.socket) -> None:
        over.wait(5)

    with server(talk) as address:
        with (
            pytest.raises(OutboundTimeout) as caught,
            connected(address, timeout_seconds=0.1) as opened,
        ):
            opened.send("Hello")
            opened.receive()
        over.set()
    assert caught.value.sent is True


def test_a_connection_that_breaks_off_is_told() -> None:
    with (
        server(lambda connection: None) as address,
        connected(address) as opened,
        pytest.raises(OutboundFailed),
    ):
        opened.receive()


@pytest.mark.parametrize(
    "address",
    [
        "ws://relay.example.com",
        "https://relay.example.com",
        "wss://user@relay.example.com",
        "wss://10.0.0.1",
        "wss://169.254.169.254/",
        "wss://",
        "wss://relay.example.com/\r\nHost: x",
    ],
)
def test_what_is_not_public_and_safe_is_not_opened(address: str) -> None:
    with pytest.raises((OutboundRefused, OutboundFailed)), connected(address):
        pass


def test_this_machine_is_opened_only_where_it_may_be(settings: Settings) -> None:
    settings.WARREN_ALLOW_LOOPBACK = False
    for address in ("ws://127.0.0.1:80", "wss://127.0.0.1", "wss://localhost"):
        with pytest.raises(OutboundRefused):
            check_address(address)
