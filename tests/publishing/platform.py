"""A network that misbehaves on demand: a real HTTP server that keeps real posts and a log.

Each account has a script of modes, one for each request that may make a post; then it is honest.

    ok                    takes the post and says so
    hang, hang_after      answers nothing; the second has taken the post
    reset, reset_after    resets the connection; the second has taken the post
    late                  takes the post after the caller has given up
    500, 500_after        an error; the second has taken the post, whatever it says
    400, 400_after        a refusal; the second has taken the post and says so in its code
    empty, empty_after    200 without a body; the second has taken the post
    429, 401              as they say; 429 with Retry-After
    kill, kill_after      ends the caller's process by SIGKILL before or after taking the post
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from publishing.channels.base import (
    AccountFacts,
    Channel,
    ChannelError,
    CrashPoint,
    DeliveryClass,
    Draft,
    Found,
    Limits,
    Outcome,
    Payload,
    Published,
    RetryTable,
    Session,
    renew,
)
from publishing.channels.errors import TRANSPORT_ERRORS, UNPARSABLE, Rule, transport_error

RETRY_AFTER_SECONDS = 2
HANG_SECONDS = 5.0
LATE_SECONDS = 1.0


@dataclass
class RemotePost:
    id: str
    text: str
    at: float


@dataclass
class RemoteAccount:
    """What the network knows of one account."""

    modes: deque[str] = field(default_factory=deque)
    posts: list[RemotePost] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    refresh_token: str = "refresh-0"
    keeps_old_tokens: bool = True
    refreshes: int = 0
    media: int = 0

    def take(self, text: str, key: str | None) -> RemotePost:
        for post in self.posts:
            if key is not None and post.id == key:
                return post
        post = RemotePost(key or uuid4().hex, text, time.time())
        self.posts.append(post)
        return post

    def of(self, text: str) -> list[RemotePost]:
        return [post for post in self.posts if post.text == text]


class Platform:
    """The server, in a thread of its own. `latency` is waited before every answer."""

    def __init__(self, latency: float = 0.0) -> None:
        self.latency = latency
        self.accounts: dict[str, RemoteAccount] = {}
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="platform", daemon=True)

    def __enter__(self) -> Platform:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *args: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def join(self, *modes: str) -> tuple[str, RemoteAccount]:
        """A new account; gives its address and what the network knows of it."""
        name = uuid4().hex[:12]
        self.accounts[name] = RemoteAccount(modes=deque(modes))
        return f"http://127.0.0.1:{self.port}/{name}", self.accounts[name]

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._talk, "127.0.0.1", 0, backlog=512)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        talks = asyncio.all_tasks(self._loop)
        for talk in talks:
            talk.cancel()
        self._loop.run_until_complete(asyncio.gather(*talks, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        _, name, kind, *rest = target.split("/")
        account = self.accounts[name]
        account.log.append(f"{method} {'/'.join([kind, *rest])}")
        if self.latency:
            await asyncio.sleep(self.latency)
        if kind == "posts" and method in ("POST", "PUT"):
            mode = account.modes.popleft() if account.modes else "ok"
            given = json.loads(body)
            key = rest[0] if rest else None
            return await self._publish(account, mode, given["text"], key, headers, writer)
        status, answer = self._answer(account, method, kind, rest, body)
        await _write(writer, status, answer)
        return True

    def _answer(
        self, account: RemoteAccount, method: str, kind: str, rest: list[str], body: bytes
    ) -> tuple[int, Any]:
        if kind == "media":
            account.media += 1
            return 201, {"id": f"media-{account.media}"}
        if kind == "tokens":
            given = json.loads(body)["refresh"]
            if given != account.refresh_token and not account.keeps_old_tokens:
                return 401, {"error": "invalid_grant"}
            account.refreshes += 1
            account.refresh_token = f"refresh-{account.refreshes}"
            return 200, {"access": f"a{account.refreshes}", "refresh": account.refresh_token}
        if rest:
            found = [post for post in account.posts if post.id == rest[0]]
            return (200, vars(found[0])) if found else (404, {"error": "not_found"})
        return 200, {"posts": [vars(post) for post in account.posts]}

    async def _publish(
        self,
        account: RemoteAccount,
        mode: str,
        text: str,
        key: str | None,
        headers: Mapping[str, str],
        writer: asyncio.StreamWriter,
    ) -> bool:
        what, _, after = mode.partition("_")
        if what == "late":
            self._loop.call_later(LATE_SECONDS, account.take, text, key)
        elif what == "ok" or after:
            post = account.take(text, key)
        if what in ("hang", "late"):
            await asyncio.sleep(HANG_SECONDS)
            return False
        if what == "kill":
            os.kill(int(headers["x-worker"]), signal.SIGKILL)
            return False
        if what == "reset":
            _reset(writer)
            return False
        if what == "empty":
            await _write(writer, 200, None)
        elif what == "ok":
            await _write(writer, 201, vars(post))
        else:
            code = {"400_after": "acted", "401": "no_access"}.get(mode, "")
            extra = {"retry-after": str(RETRY_AFTER_SECONDS)} if what == "429" else {}
            await _write(writer, int(what), {"error": code}, extra)
        return True


async def _write(
    writer: asyncio.StreamWriter, status: int, answer: Any, extra: Mapping[str, str] | None = None
) -> None:
    body = b"" if answer is None else json.dumps(answer).encode()
    lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (extra or {}).items()]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class TestChannel(Channel):
    """Speaks to the platform above. Subclasses say what it offers against doubles."""

    __test__ = False

    label = "Test network"
    icon = "img/channels/feed.svg"
    limits = Limits(max_characters=500, images_max=1, image_types=("image/png",))
    retry_table = RetryTable({(400, "acted"): Rule(Outcome.AMBIGUOUS)})

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: Any
    ) -> Payload:
        self.refuse_misfits(draft, account)
        return {"text": self.compose(draft), "key": occurrence_key[:20], "from": now.timestamp()}

    def prepare(self, payload: Payload, session: Session) -> None:
        """A token that has ended and a picture to upload, so that each crash point is passed."""
        credentials = session.credentials
        if credentials.get("ended"):
            renew(session, credentials, lambda stale: self._exchange(stale, session))
        if credentials.get("uploads") and not session.handle:
            session.fault(CrashPoint.MEDIA_UPLOADING)
            media = self._call("POST", "/media", session, {})
            session.fault(CrashPoint.MEDIA_RECEIVED)
            session.save_handle({"media": media["id"]})

    def _exchange(self, stale: dict[str, Any], session: Session) -> dict[str, Any]:
        fresh = self._call("POST", "/tokens", session, {"refresh": stale["refresh"]})
        return {**stale, "ended": 0, **fresh, "kept": "yes"}

    def _call(self, method: str, path: str, session: Session, body: Any = None) -> dict[str, Any]:
        try:
            response = session.http.request(
                method,
                session.server + path,
                json=body,
                headers={"x-worker": str(os.getpid())},
            )
        except TRANSPORT_ERRORS as error:
            raise transport_error(self.label, error) from error
        answer = _json(response.content)
        if response.is_success and answer is not None:
            return answer
        code = UNPARSABLE if response.is_success else str((answer or {}).get("error", ""))
        raise self.retry_table.error(
            self.label,
            status=response.status_code,
            code=code,
            headers=response.headers,
            now=session.now,
        )


def _json(content: bytes) -> dict[str, Any] | None:
    try:
        parsed = json.loads(content)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


class KeyedChannel(TestChannel):
    slug = "test_a"
    delivery_class = DeliveryClass.A

    def publish(self, payload: Payload, session: Session) -> Published:
        path = f"/posts/{payload['key']}"
        post = self._call("PUT", path, session, {"text": payload["text"]})
        return Published(post["id"], f"{session.server}/posts/{post['id']}")

    def find(self, payload: Payload, session: Session) -> Found | None:
        try:
            post = self._call("GET", f"/posts/{payload['key']}", session)
        except ChannelError as error:
            if error.extra.get("http_status") == 404:
                return None
            raise
        return Found(post["id"], f"{session.server}/posts/{post['id']}")


class PlainChannel(TestChannel):
    """Posts get their id over there; the only way to know is to look."""

    def publish(self, payload: Payload, session: Session) -> Published:
        post = self._call("POST", "/posts", session, {"text": payload["text"]})
        return Published(post["id"], f"{session.server}/posts/{post['id']}")


class ReadableChannel(PlainChannel):
    slug = "test_c"
    delivery_class = DeliveryClass.C

    def find(self, payload: Payload, session: Session) -> Found | None:
        """Same words, not older than the post's own time; never the newest."""
        posts = self._call("GET", "/posts", session)["posts"]
        same = [
            post
            for post in posts
            if post["text"] == payload["text"] and post["at"] >= payload["from"] - 1
        ]
        return Found(same[0]["id"], f"{session.server}/posts/{same[0]['id']}") if same else None


class SilentChannel(PlainChannel):
    slug = "test_d"
    delivery_class = DeliveryClass.D


TEST_CHANNELS: tuple[Channel, ...] = (KeyedChannel(), ReadableChannel(), SilentChannel())
