"""A stand-in for one platform: real HTTP, the shapes that the platform answers with, posts that
really stand there, and faults on demand. Each platform has a module of its own beside this one.

The script `faults` holds one mode for each coming request that may make a post; then it is honest:

    ok                    takes the post and says so
    hang, hang_after      answers nothing for HANG_SECONDS; the second has taken the post
    reset, reset_after    resets the connection; the second has taken the post
    500, 500_after        an error; the second has taken the post, whatever it says
    empty, empty_after    200 without a body; the second has taken the post
    page, page_after      200 with a page of HTML; the second has taken the post
    429, 401, 403, ...    as the platform words them; 429 with Retry-After
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from publishing.channels.base import AccountFacts, AppKeys, Draft, Published, Session
from tests.peers.sessions import MemorySession, Vault, picture

RETRY_AFTER_SECONDS = 7
HANG_SECONDS = 1.5
CALL_SECONDS = 0.7
"""How long the sessions of a stage wait for an answer: shorter than a hang."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"null")

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").partition(" ")[2]


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` is sent as JSON unless it is text or bytes already."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Item:
    """A post, reply or comment as it stands on the platform."""

    id: str
    text: str
    parent: str = ""
    kind: str = "post"
    key: str = ""
    """Whatever the platform knows a repetition by."""
    media: list[Mapping[str, Any]] = field(default_factory=list)
    """One mapping for each, with at least `kind` (image, video) and `alt`."""
    facts: dict[str, Any] = field(default_factory=dict)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Network:
    """Subclasses name their routes as methods marked with `@route`, and what makes a post."""

    retry_after_header = "Retry-After"

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.faults: deque[str] = deque()
        self.log: list[Request] = []
        self.lock = threading.RLock()
        self.number = 1000
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.network = self  # type: ignore[attr-defined]
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._routes = [
            (method, pattern, getattr(self, name), makes_post)
            for name in dir(type(self))
            for method, pattern, makes_post in getattr(getattr(type(self), name), "routes", ())
        ]

    def __enter__(self) -> Network:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def next_id(self) -> str:
        with self.lock:
            self.number += 1
            return str(self.number)

    def keep(self, item: Item) -> Item:
        with self.lock:
            self.items[item.id] = item
        return item

    def calls(self, method: str, pattern: str) -> list[Request]:
        """Requests so far whose path matches."""
        return [
            each for each in self.log if each.method == method and re.search(pattern, each.path)
        ]

    def refusal(self, status: int) -> Reply:
        """An error as this platform words it; subclasses give their own shape."""
        headers = {self.retry_after_header: str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        return Reply(status, {"error": {"message": f"It says {status}"}}, headers)

    def admit(self, request: Request) -> Reply | None:
        """Called first; a Reply is the answer (a token that is refused, for instance)."""
        return None

    def answer(self, request: Request) -> tuple[Reply, str]:
        """The reply, and the fault to play with it."""
        with self.lock:
            self.log.append(request)
        found = next(
            (
                (handler, matched, makes_post)
                for method, pattern, handler, makes_post in self._routes
                if method == request.method and (matched := re.fullmatch(pattern, request.path))
            ),
            None,
        )
        if found is None:
            return Reply(404, {"error": f"nothing at {request.method} {request.path}"}), "ok"
        handler, matched, makes_post = found
        if (refused := self.admit(request)) is not None:
            return refused, "ok"
        mode = "ok"
        if makes_post is True or (callable(makes_post) and makes_post(request)):
            with self.lock:
                mode = self.faults.popleft() if self.faults else "ok"
        what, _, after = mode.partition("_")
        if what == "ok" or after:
            reply = handler(request, **matched.groupdict())
            if what == "ok":
                return reply, "ok"
        return self.refusal(int(what)) if what.isdigit() else Reply(200), what


Handler = Callable[..., Reply]


def route(
    method: str, pattern: str, *, makes_post: bool | Callable[[Request], bool] = False
) -> Callable[[Handler], Handler]:
    """Mark a method as the answer to a method and a path (a regular expression of all of it, whose
    named groups become arguments). `makes_post` lets the script of faults act here."""

    def mark(handler: Handler) -> Handler:
        handler.routes = [*getattr(handler, "routes", ()), (method, pattern, makes_post)]  # type: ignore[attr-defined]
        return handler

    return mark


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _talk(self) -> None:
        network: Network = self.server.network  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        request = Request(
            self.command,
            parts.path,
            {name: values[-1] for name, values in parse_qs(parts.query, True).items()},
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
        )
        reply, fault = network.answer(request)
        if fault == "hang":
            time.sleep(HANG_SECONDS)
            self.close_connection = True
            return
        if fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        if fault == "page":
            reply = Reply(200, "<html><body>Welcome</body></html>")
        body = reply.body
        if body is None:
            data = b""
        elif isinstance(body, bytes):
            data = body
        else:
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(reply.status)
        kind = "text/html" if isinstance(body, str) else "application/json"
        for name, value in {"Content-Type": kind, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _talk

    def log_message(self, *args: object) -> None:
        return None

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True


@dataclass(slots=True)
class Stage:
    """What the contract needs of one channel to play the whole of it.

    `draft` is a post that fits (media included where it must have some); `files` are what its media
    refer to. `answer` is what the platform sends back with after consent, given the query of the
    authorization address; `values` what a person types into the connect form.
    """

    account: AccountFacts
    vault: Vault
    network: Network
    app: AppKeys | None = None
    draft: Draft = field(
        default_factory=lambda: Draft("Wooden masts, rebuilt in twelve days.", hashtags=("Boats",))
    )
    files: dict[str, bytes] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    answer: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None

    def session(self, **changes: Any) -> MemorySession:
        """What a fresh worker gets."""
        return MemorySession(
            self.account.server,
            self.vault,
            account=self.account,
            app=self.app,
            files=self.files,
            files_at=f"{self.network.address}/our-files",
            timeout_seconds=CALL_SECONDS,
            **changes,
        )

    def under(self, parent: Published, root: Published) -> Session:
        """For a reply or a comment."""
        return self.session(parent=parent, root=root)

    def posts(self) -> list[Item]:
        """What really stands there, oldest first; replies and comments too."""
        return list(self.network.items.values())


@contextmanager
def staged(network: Network) -> Iterator[Network]:
    with network:
        yield network


def some_pictures(count: int, kind: str = "JPEG") -> dict[str, bytes]:
    """Files of different pictures, square, under the references p1, p2, ..."""
    return {
        f"p{number}": picture(600 + number, 600 + number, kind=kind)
        for number in range(1, count + 1)
    }


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))
