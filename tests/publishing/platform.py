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
    accepted              containers only: says that it works on it, which it does for two looks
    accepted_failed       ... and then says that it cannot be published
    accepted_lost         ... and then has it unpublished, as if it had never been asked
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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

RETRY_AFTER_SECONDS = 2
HANG_SECONDS = 5.0
LATE_SECONDS = 1.0
LOOKS_WHILE_WORKING = 2


@dataclass
class RemotePost:
    id: str
    text: str
    at: float
    parent: str = ""


@dataclass
class Container:
    """What becomes one post at most, once it is told to."""

    text: str
    parent: str
    status: str = "ready"
    ends: str = ""
    looks: int = 0

    def look(self) -> str:
        """Its status as one who asks is told it; after some looks the work on it ends."""
        if self.status == "working":
            self.looks += 1
            if self.looks > LOOKS_WHILE_WORKING:
                self.status = self.ends
        return self.status


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
    containers: dict[str, Container] = field(default_factory=dict)

    def take(self, text: str, key: str | None, parent: str = "") -> RemotePost:
        for post in self.posts:
            if key is not None and post.id == key:
                return post
        post = RemotePost(key or uuid4().hex, text, time.time(), parent)
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
            taken = partial(account.take, given["text"], key, given.get("parent", ""))
            return await self._publish(mode, taken, headers, writer)
        if kind == "containers" and rest[1:] == ["publish"]:
            return await self._publish_container(account, rest[0], headers, writer)
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
        if kind == "containers":
            return self._container(account, rest, body)
        if rest:
            found = [post for post in account.posts if post.id == rest[0]]
            return (200, vars(found[0])) if found else (404, {"error": "not_found"})
        return 200, {"posts": [vars(post) for post in account.posts]}

    def _container(
        self, account: RemoteAccount, rest: list[str], body: bytes
    ) -> tuple[int, dict[str, str]]:
        if rest:
            found = account.containers.get(rest[0])
            status = found.look() if found else "expired"
            if found and status == "published":
                account.take(found.text, f"post-{rest[0]}", found.parent)
            return 200, {"id": rest[0], "status": status, "post": f"post-{rest[0]}"}
        given, name = json.loads(body), uuid4().hex[:12]
        account.containers[name] = Container(given["text"], given.get("parent", ""))
        return 201, {"id": name, "status": "ready"}

    async def _publish_container(
        self,
        account: RemoteAccount,
        name: str,
        headers: Mapping[str, str],
        writer: asyncio.StreamWriter,
    ) -> bool:
        container = account.containers.get(name)
        if container is None or container.status != "ready":
            await _write(writer, 400, {"error": "not_ready" if container else "expired"})
            return True
        mode = account.modes.popleft() if account.modes else "ok"
        if mode.startswith("accepted"):
            ends = {"accepted_failed": "failed", "accepted_lost": "ready"}
            container.status, container.looks = "working", 0
            container.ends = ends.get(mode, "published")
            await _write(writer, 202, {"id": name, "status": "working"})
            return True

        def take() -> RemotePost:
            container.status = "published"
            return account.take(container.text, f"post-{name}", container.parent)

        return await self._publish(mode, take, headers, writer)

    async def _publish(
        self,
        mode: str,
        take: Callable[[], RemotePost],
        headers: Mapping[str, str],
        writer: asyncio.StreamWriter,
    ) -> bool:
        what, _, after = mode.partition("_")
        if what == "late":
            self._loop.call_later(LATE_SECONDS, take)
        elif what == "ok" or after:
            post = take()
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
