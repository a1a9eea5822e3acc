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

The contract (tests/publishing/test_channel_contract.py) also uses, without a word from a platform's
module unless it is named here:

    whole_answer          for every request: page, empty, 500, or JSON of another shape (odd, list)
    ended                 access tokens that are refused from now on, with `refusal(401)`
    renewals, renewal_faults
                          requests to the route marked `renews=True` (the token endpoint), and a
                          script for them: the modes above, invalid_grant (answered by
                          `refused_grant`), no_refresh (an answer without a new refresh token)
    withheld              scopes that are not granted: the stand-in leaves them out wherever its
                          platform tells of scopes, at the token endpoint and to a probe

`tests/networks/<slug>.py` has `stage(settings)`, a context manager that yields a `Stage`. What
stands on the platform is told as `Item`s: `text` as readers see it, `facts["title"]` where there
are titles, `facts["link"]` where a link is no part of the text, `parent` and `kind` ("comment") for
what hangs under a post, `media` with `kind` and `alt`. Dates in answers come from `Item.at`, which
the contract makes older to get look-alikes.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from publishing.channels.base import AccountFacts, AppKeys, Draft, Published, Session
from tests.peers.sessions import MemorySession, Vault, picture

if TYPE_CHECKING:
    from .talk import Talk

RETRY_AFTER_SECONDS = 7
HANG_SECONDS = 20.0
"""Or until the test is over, whatever comes first."""
CALL_SECONDS = 10.0
"""How long the sessions of a stage wait for an answer; long, since the machine may be busy. Where a
hang is played the contract takes a shorter time."""


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
        self.whole_answer = ""
        self.ended: set[str] = set()
        self.withheld: set[str] = set()
        self.renewals = 0
        self.renewal_faults: deque[str] = deque()
        self.over = threading.Event()
        self.open: set[socket.socket] = set()
        self.lock = threading.RLock()
        self.number = 1000
        self._server: ThreadingHTTPServer = _Server(("127.0.0.1", 0), _Handler)
        self._server.network = self  # type: ignore[attr-defined]
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._routes = [
            (method, pattern, getattr(self, name), makes_post, renews)
            for name in dir(type(self))
            for method, pattern, makes_post, renews in getattr(
                getattr(type(self), name), "routes", ()
            )
        ]

    def __enter__(self) -> Network:
        threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        """Nothing of it answers afterwards, also not on a connection that somebody kept open and
        that the next stand-in might get with its port."""
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        with self.lock:
            left = list(self.open)
        for connection in left:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

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

    def refused_grant(self) -> Reply:
        """A refresh token that is not good any more, as this platform words it."""
        return Reply(400, {"error": "invalid_grant", "error_description": "It is not valid."})

    def granted(self, scopes: Iterable[str]) -> list[str]:
        """Those that are not withheld, in their order."""
        return [each for each in scopes if each not in self.withheld]

    def admit(self, request: Request) -> Reply | None:
        """Called first; a Reply is the answer (a token that is refused, for instance)."""
        return None

    def answer(self, request: Request) -> tuple[Reply, str]:
        """The reply, and the fault to play with it."""
        with self.lock:
            self.log.append(request)
        if self.whole_answer:
            return self._nonsense()
        found = next(
            (
                (handler, matched, makes_post, renews)
                for method, pattern, handler, makes_post, renews in self._routes
                if method == request.method and (matched := re.fullmatch(pattern, request.path))
            ),
            None,
        )
        if found is None:
            return Reply(404, {"error": f"nothing at {request.method} {request.path}"}), "ok"
        handler, matched, makes_post, renews = found
        if (request.token or request.query.get("access_token", "")) in self.ended and not renews:
            return self.refusal(401), "ok"
        if (refused := self.admit(request)) is not None:
            return refused, "ok"
        mode = "ok"
        if renews:
            mode = self._next(self.renewal_faults)
            with self.lock:
                self.renewals += 1
        elif makes_post is True or (callable(makes_post) and makes_post(request)):
            mode = self._next(self.faults)
        return self._play(mode, lambda: handler(request, **matched.groupdict()))

    def _next(self, script: deque[str]) -> str:
        with self.lock:
            return script.popleft() if script else "ok"

    def _play(self, mode: str, handle: Callable[[], Reply]) -> tuple[Reply, str]:
        if mode == "invalid_grant":
            return self.refused_grant(), "ok"
        if mode == "no_refresh":
            reply = handle()
            body = {name: value for name, value in reply.body.items() if name != "refresh_token"}
            return Reply(reply.status, body, reply.headers), "ok"
        what, _, after = mode.partition("_")
        if what == "ok" or after:
            reply = handle()
            if what == "ok":
                return reply, "ok"
        return self.refusal(int(what)) if what.isdigit() else Reply(200), what

    def _nonsense(self) -> tuple[Reply, str]:
        if self.whole_answer in ("page", "empty"):
            return Reply(200), self.whole_answer
        if self.whole_answer.isdigit():
            return self.refusal(int(self.whole_answer)), "ok"
        return Reply(200, [] if self.whole_answer == "list" else {"odd": [1]}), "ok"


Handler = Callable[..., Reply]


def route(
    method: str,
    pattern: str,
    *,
    makes_post: bool | Callable[[Request], bool] = False,
    renews: bool = False,
) -> Callable[[Handler], Handler]:
    """Mark a method as the answer to a method and a path (a regular expression of all of it, whose
    named groups become arguments). `makes_post` lets the script of faults act here, `renews` the
    one of renewals."""

    def mark(handler: Handler) -> Handler:
        marks = getattr(handler, "routes", ())
        handler.routes = [*marks, (method, pattern, makes_post, renews)]  # type: ignore[attr-defined]
        return handler

    return mark


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave together and at once; else each answer waits 40 ms for an ACK.
    disable_nagle_algorithm = True
    wbufsize = -1

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
            network.over.wait(HANG_SECONDS)
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
        network: Network = self.server.network  # type: ignore[attr-defined]
        with network.lock:
            network.open.add(self.connection)
        try:
            super().handle()
        except OSError:
            self.close_connection = True
        finally:
            with network.lock:
                network.open.discard(self.connection)


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
    exempt: Mapping[str, str] = field(default_factory=dict)
    """Checks of the contract that this platform cannot meet, by name, each with its reason. The
    contract names the ones that may be left out at all."""
    talk: Talk | None = None
    """People who speak to the account, where the channel listens."""

    def session(self, **changes: Any) -> MemorySession:
        """What a fresh worker gets."""
        usual: dict[str, Any] = {
            "account": self.account,
            "app": self.app,
            "files": self.files,
            "files_at": f"{self.network.address}/our-files",
            "timeout_seconds": CALL_SECONDS,
        }
        return MemorySession(self.account.server, self.vault, **{**usual, **changes})

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
