"""Web sockets through the outbound door: to checked addresses only, capped in bytes and time.

A client of RFC 6455 and no more of it than is needed: text messages, no extensions, wss everywhere
but to this machine.
"""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlsplit

from .addresses import is_loopback
from .outbound import (
    OutboundFailed,
    OutboundRefused,
    OutboundTimeout,
    OutboundTooLarge,
    checked_addresses,
    loopback_allowed,
)

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_HEAD_MAX = 16_384
_READ = 65_536


@dataclass(slots=True)
class WebSocket:
    """An open connection. Every wait is cut to what is left of its time."""

    connection: socket.socket
    host: str
    deadline: float
    max_bytes: int
    _buffer: bytearray = field(default_factory=bytearray)
    _sent: bool = False

    def send(self, text: str) -> None:
        """Send one text message. Raises OutboundTimeout or OutboundFailed."""
        self._send(TEXT, text.encode())

    def receive(self) -> str | None:
        """The next text message; None when the other side has closed.

        Raises OutboundTimeout, OutboundFailed, or OutboundTooLarge beyond `max_bytes`.
        """
        whole = bytearray()
        while True:
            is_last, kind, content = self._frame(self.max_bytes - len(whole))
            if kind == CLOSE:
                return None
            if kind == PING:
                self._send(PONG, content)
            elif kind in (0, TEXT, BINARY):
                whole += content
                if is_last:
                    return whole.decode(errors="replace")

    def close(self) -> None:
        try:
            self._send(CLOSE, struct.pack(">H", 1000))
        except (OutboundFailed, OutboundTimeout):
            pass
        finally:
            self.connection.close()

    def _frame(self, room: int) -> tuple[bool, int, bytes]:
        head = self._take(2)
        is_last, kind, size = bool(head[0] & 0x80), head[0] & 0x0F, head[1] & 0x7F
        if head[1] & 0x80 or head[0] & 0x70:
            raise self._broken("speaks no web socket that is known here")
        if size == 126:
            size = struct.unpack(">H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self._take(8))[0]
        if size > room:
            raise OutboundTooLarge(f"What {self.host} sent is larger than Warren takes from it.")
        return is_last, kind, self._take(size)

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._buffer += self._read()
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _read(self) -> bytes:
        with self._watched():
            chunk = self.connection.recv(_READ)
        if not chunk:
            raise self._broken("broke the connection off")
        return chunk

    def _send(self, kind: int, content: bytes) -> None:
        size = len(content)
        if size < 126:
            head = struct.pack(">BB", 0x80 | kind, 0x80 | size)
        elif size < 65_536:
            head = struct.pack(">BBH", 0x80 | kind, 0x80 | 126, size)
        else:
            head = struct.pack(">BBQ", 0x80 | kind, 0x80 | 127, size)
        mask = os.urandom(4)
        long_mask = int.from_bytes((mask * (size // 4 + 1))[:size])
        masked = (int.from_bytes(content) ^ long_mask).to_bytes(size)
        self._sent = self._sent or kind == TEXT
        self._write(head + mask + masked)

    def _write(self, data: bytes) -> None:
        with self._watched():
            self.connection.sendall(data)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        left = self.deadline - monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            self.connection.settimeout(left)
            yield
        except TimeoutError as error:
            raise OutboundTimeout(
                f"{self.host} did not answer in time.", sent=self._sent
            ) from error
        except OSError as error:
            raise self._broken("broke the connection off") from error

    def _broken(self, what: str) -> OutboundFailed:
        return OutboundFailed(f"{self.host} {what}.", sent=self._sent)

    def _shake_hands(self, target: str, authority: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            f"GET {target} HTTP/1.1",
            f"Host: {authority}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        )
        self._write("".join(f"{line}\r\n" for line in (*lines, "")).encode())
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > _HEAD_MAX:
                raise self._broken("speaks no web socket that is known here")
            self._buffer += self._read()
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        self._buffer = bytearray(rest)
        digest = hashlib.sha1(f"{key}{_GUID}".encode(), usedforsecurity=False).digest()
        if not _agrees(head.decode("latin-1"), base64.b64encode(digest).decode()):
            raise self._broken("does not take web sockets")


@contextmanager
def connected(
    address: str, *, timeout_seconds: float = 10.0, max_bytes: int = 1_000_000
) -> Iterator[WebSocket]:
    """An open web socket for one conversation of `timeout_seconds` altogether.

    Raises OutboundRefused for an address that is not opened (another scheme, a private host),
    OutboundFailed or OutboundTimeout, whose `sent` says whether a message may have left.
    """
    scheme, host, port, target = _parts(address)
    deadline = monotonic() + timeout_seconds
    opened = WebSocket(_opened(host, port, deadline), host, deadline, max_bytes)
    try:
        if scheme == "wss":
            with opened._watched():
                context = ssl.create_default_context()
                opened.connection = context.wrap_socket(opened.connection, server_hostname=host)
        default = 443 if scheme == "wss" else 80
        opened._shake_hands(target, host if port == default else f"{host}:{port}")
        yield opened
    finally:
        opened.close()


def check_address(address: str) -> None:
    """Refuse, before anything is stored, an address that `connected` would refuse.

    Resolves the name. Raises OutboundRefused, or OutboundFailed if the name is unknown now.
    """
    _, host, port, _ = _parts(address)
    checked_addresses(host, port, allow_loopback=loopback_allowed(), timeout_seconds=10.0)


def _parts(address: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _no_address() from error
    here = loopback_allowed() and (host == "localhost" or is_loopback(host))
    if parts.scheme != "wss" and not (parts.scheme == "ws" and here):
        raise _no_address()
    if not host or parts.username or not host.isascii() or not address.isprintable():
        raise _no_address()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, port or (443 if parts.scheme == "wss" else 80), target


def _no_address() -> OutboundRefused:
    return OutboundRefused(
        "That is no address of a web socket. One looks like wss://relay.example.com."
    )


def _opened(host: str, port: int, deadline: float) -> socket.socket:
    left = deadline - monotonic()
    addresses = checked_addresses(
        host, port, allow_loopback=loopback_allowed(), timeout_seconds=left
    )
    # Each address gets its share of the time, so that a dead first one is not the end.
    for shares, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        share = max(0.01, (deadline - monotonic()) / shares)
        try:
            return socket.create_connection((address, port), timeout=share)
        except OSError as error:
            if shares == 1:
                raise OutboundFailed(
                    f"{host} does not take connections now.", sent=False
                ) from error
    raise OutboundFailed(f"{host} does not take connections now.", sent=False)


def _agrees(head: str, accept: str) -> bool:
    status, *lines = head.split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines)
    }
    return (
        status.split(" ")[1:2] == ["101"]
        and headers.get("upgrade", "").lower() == "websocket"
        and headers.get("sec-websocket-accept") == accept
    )
