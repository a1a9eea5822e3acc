"""A relay of Nostr: a real web socket that keeps what is signed, and refuses by its prefixes."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from typing import Any

from pytest_django import Settings

from config.kernel.schnorr import public_key
from publishing.channels.base import AccountFacts
from publishing.channels.nostr_events import encoded, is_genuine
from tests.peers.sessions import Vault

from .base import HANG_SECONDS, Item, Network, Request, Stage, _Handler

SECRET = bytes.fromhex("7f7ff03d123792d6ac594bfa67bf6d0c0ab55b6b1fdb6249303fe861f1ccba9a")
KEY = public_key(SECRET).hex()
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
REFUSALS = {
    "500": "error: could not save",
    "429": "rate-limited: slow down there chief",
    "401": "auth-required: sign in first",
    "403": "blocked: you are banned",
}


class Relay(Network):
    def __init__(self) -> None:
        super().__init__()
        self._server.server_close()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _RelayHandler)
        self._server.daemon_threads = True
        self._server.network = self  # type: ignore[attr-defined]
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.events: dict[str, dict[str, Any]] = {}
        self.received: list[dict[str, Any]] = []

    @property
    def relay(self) -> str:
        return self.address.replace("http://", "ws://")

    def take(self, event: dict[str, Any]) -> None:
        """Store what is signed; a deletion takes away what it names."""
        with self.lock:
            self.events[event["id"]] = event
        named = [tag for tag in event["tags"] if tag[0] == "e"]
        if event["kind"] == 5:
            for tag in named:
                self.events.pop(tag[1], None)
                self.items.pop(tag[1], None)
        elif event["kind"] == 1 and event["id"] not in self.items:
            replies = [tag[1] for tag in named if tag[3] == "reply"] or [tag[1] for tag in named]
            above = replies[0] if replies else ""
            kind = "comment" if above else "post"
            at = datetime.fromtimestamp(event["created_at"], UTC)
            self.keep(Item(event["id"], event["content"], above, kind, event["id"], at=at))

    def matching(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        found = list(self.events.values())
        for name, field in (("ids", "id"), ("authors", "pubkey"), ("kinds", "kind")):
            if name in wanted:
                found = [event for event in found if event[field] in wanted[name]]
        if "#e" in wanted:
            found = [
                event
                for event in found
                if any(tag[0] == "e" and tag[1] in wanted["#e"] for tag in event["tags"])
            ]
        return found[: wanted.get("limit", 500)]

    def next_fault(self) -> str:
        return self._next(self.faults)


class _RelayHandler(_Handler):
    def do_GET(self) -> None:
        network: Relay = self.server.network  # type: ignore[attr-defined]
        if network.whole_answer or self.headers.get("Upgrade", "").lower() != "websocket":
            self._talk()
            return
        with network.lock:
            headers = {name.lower(): value for name, value in self.headers.items()}
            network.log.append(Request("GET", self.path, {}, headers, b""))
        key = self.headers["Sec-WebSocket-Key"]
        digest = hashlib.sha1(f"{key}{GUID}".encode(), usedforsecurity=False).digest()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(digest).decode())
        self.end_headers()
        self.close_connection = True
        self.say(9, b"are you there")
        while (text := self.hear()) is not None:
            if not self.answer(network, json.loads(text)):
                return

    def answer(self, network: Relay, message: list[Any]) -> bool:
        """What the relay says to a message; False when it hangs up."""
        if message[0] == "REQ":
            for event in network.matching(message[2]):
                self.tell(["EVENT", message[1], event])
            self.tell(["EOSE", message[1]])
            return True
        event = message[1]
        network.received.append(event)
        if not is_genuine(event):
            self.tell(["OK", event.get("id", ""), False, "invalid: bad signature"])
            return True
        return self.play(network, event)

    def play(self, network: Relay, event: dict[str, Any]) -> bool:
        what, _, after = (network.next_fault() if event["kind"] == 1 else "ok").partition("_")
        if what == "ok" or after:
            network.take(event)
        if what == "ok":
            self.tell(["OK", event["id"], True, ""])
            return True
        if what == "hang":
            network.over.wait(HANG_SECONDS)
        elif what == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        elif what == "empty":
            self.say(1, b"")
        elif what == "page":
            self.say(1, b"<html><body>Welcome</body></html>")
        else:
            self.tell(["OK", event["id"], False, REFUSALS[what]])
        return False

    def tell(self, message: list[Any]) -> None:
        raw = json.dumps(message).encode()
        # In two pieces, as a relay may.
        self.say(1, raw[:20], is_last=False)
        self.say(0, raw[20:])

    def say(self, kind: int, content: bytes, *, is_last: bool = True) -> None:
        head = bytes([(0x80 if is_last else 0) | kind])
        if len(content) < 126:
            head += bytes([len(content)])
        elif len(content) < 65_536:
            head += bytes([126]) + struct.pack(">H", len(content))
        else:
            head += bytes([127]) + struct.pack(">Q", len(content))
        self.wfile.write(head + content)
        self.wfile.flush()

    def hear(self) -> str | None:
        while True:
            head = self.rfile.read(2)
            if len(head) < 2:
                return None
            assert head[1] & 0x80, "a client masks what it sends"
            size = head[1] & 0x7F
            if size == 126:
                size = struct.unpack(">H", self.rfile.read(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.rfile.read(8))[0]
            mask, content = self.rfile.read(4), self.rfile.read(size)
            plain = bytes(each ^ mask[at % 4] for at, each in enumerate(content))
            if head[0] & 0x0F == 8:
                return None
            if head[0] & 0x0F == 1:
                return plain.decode()
            assert (head[0] & 0x0F, plain) == (10, b"are you there")


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with Relay() as network:
        assert isinstance(network, Relay)
        npub = encoded("npub", bytes.fromhex(KEY))
        yield Stage(
            account=AccountFacts(KEY, npub, settings={"relays": [network.relay]}),
            vault=Vault({"private_key": SECRET.hex()}),
            network=network,
            values={"private_key": encoded("nsec", SECRET), "relays": network.relay},
            exempt={
                "faults:429": "A relay asks for a pause without saying how long it is.",
                "faults:401": "A key is never refused: whoever has it is the account.",
            },
        )
