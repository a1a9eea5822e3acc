"""The server behind the benchmark's network: `python -m analytics.bench.sink`, its own process.

    PUT /<wait in ms>/<wave>/<key>    keeps the key, answers 201 after the wait
    POST /<wait in ms>/<wave>/<key>   the same, but each one is a post more
    POST /<wait in ms>/<wave>/token   a new token for the one refresh token that counts now
    GET /<wait in ms>/<wave>/<key>    200 if the key is there, else 404
    GET /<wave>                       {"posts": …, "requests": …, "tokens": …}

`posts` are different keys, `requests` how often any was sent: more of them than of posts are
repetitions, which after a POST stand there twice.

It prints its port and ends when its standard input closes.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from typing import Final

_BACKLOG: Final = 1_024


class Wave:
    """The posts of one measurement: how many there are, and how often they were sent."""

    def __init__(self) -> None:
        self.sendings: Counter[str] = Counter()
        self.tokens = 0

    def take(self, key: str) -> None:
        self.sendings[key] += 1


class Server:
    def __init__(self) -> None:
        self.waves: dict[str, Wave] = {}

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await self._exchange(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, path, _ = head.split(" ", 2)
        body = await reader.readexactly(_length(head))
        parts = path.strip("/").split("/")
        wave = self.waves.setdefault(parts[-2] if len(parts) == 3 else parts[0], Wave())
        status, answer = self._answer(method, parts, wave, body)
        if len(parts) == 3 and (wait := int(parts[0])):
            await asyncio.sleep(wait / 1000)
        writer.write(
            f"HTTP/1.1 {status} Sunk\r\ncontent-length: {len(answer)}\r\n"
            "content-type: application/json\r\n\r\n".encode()
            + answer
        )
        await writer.drain()

    def _answer(self, method: str, parts: list[str], wave: Wave, body: bytes) -> tuple[int, bytes]:
        if len(parts) != 3:
            counts = {
                "posts": len(wave.sendings),
                "requests": wave.sendings.total(),
                "tokens": wave.tokens,
            }
            return 200, json.dumps(counts).encode()
        if method == "POST" and parts[2] == "token":
            return self._renew(wave, json.loads(body))
        if method in ("PUT", "POST"):
            wave.take(parts[2])
            return 201, b"{}"
        return (200, b"{}") if parts[2] in wave.sendings else (404, b"{}")

    def _renew(self, wave: Wave, given: dict[str, str]) -> tuple[int, bytes]:
        """Each refresh token counts once."""
        if given["refresh"] != f"refresh-{wave.tokens}":
            return 401, b"{}"
        wave.tokens += 1
        return 200, json.dumps({"refresh": f"refresh-{wave.tokens}"}).encode()


def _length(head: str) -> int:
    for line in head.lower().split("\r\n"):
        if line.startswith("content-length:"):
            return int(line.partition(":")[2])
    return 0


async def serve() -> None:
    server = await asyncio.start_server(Server().talk, "127.0.0.1", 0, backlog=_BACKLOG)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # The parent holds the other end; it closes when the parent ends, however it ends.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
