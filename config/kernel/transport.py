"""How requests leave: over checked connections, each answer decoded, counted and timed.

Names are resolved where sockets are opened, every address is checked, and the connection goes to a
checked address, so a name that changes its mind between check and use gains nothing. Redirects,
retries and reused connections cannot get around it; Host header, certificate check and keep-alive
work as ever because the URL is left alone.
"""

from __future__ import annotations

import os
import re
import ssl
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from time import monotonic
from typing import Any

import httpcore2
import httpx2

from .outbound import (
    OutboundFailed,
    OutboundRefused,
    OutboundTimeout,
    OutboundTooLarge,
    checked_addresses,
    loopback_allowed,
)

TIMEOUT_SECONDS = 10.0
_WRITE_BYTES = 65_536
# A name as it goes to the name service, or an IPv6 address without the zone of a link.
_HOST = re.compile(rb"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")


@dataclass(slots=True)
class _Exchange:
    """One request on its way: until when, and whether a byte of it has left.

    `may_leave` is asked before the first one: resolving and connecting may take seconds.
    """

    deadline: float
    may_leave: Callable[[], None] | None = None
    sent: bool = False

    def leave(self) -> None:
        if not self.sent and self.may_leave is not None:
            self.may_leave()
        self.sent = True

    def left(self) -> float:
        return self.deadline - monotonic()


_exchange: ContextVar[_Exchange] = ContextVar("exchange")


@contextmanager
def _during(exchange: _Exchange) -> Iterator[None]:
    token = _exchange.set(exchange)
    try:
        yield
    finally:
        _exchange.reset(token)


class _Stream(httpcore2.NetworkStream):
    """A connection that knows the request on it: each wait is cut to what is left of its time."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, timeout=_left(httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _WRITE_BYTES):
            left = _left(httpcore2.WriteTimeout)
            _exchange.get().leave()
            self._inner.write(buffer[start : start + _WRITE_BYTES], timeout=left)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = _left(httpcore2.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout=left))

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore2.NetworkBackend):
    """Opens connections, and only to addresses that it has just checked."""

    def __init__(self, *, allow_loopback: bool, trusted: str = "") -> None:
        self._allow_loopback = allow_loopback
        self._trusted = trusted
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = checked_addresses(
            host,
            port,
            allow_loopback=self._allow_loopback,
            timeout_seconds=_left(httpcore2.ConnectTimeout),
            trusted=self._trusted,
        )
        # Each address gets its share of the time, so that a dead first one is not the end.
        for shares, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            share = _left(httpcore2.ConnectTimeout) / shares
            try:
                return _Stream(self._sockets.connect_tcp(address, port, timeout=share))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if shares == 1:
                    raise
        raise httpcore2.ConnectError("no address")


def _left(error: type[Exception]) -> float:
    left = _exchange.get().left()
    if left <= 0:
        raise error("out of time")
    return left


@cache
def _pool(allow_loopback: bool, trusted: str) -> httpcore2.ConnectionPool:
    # A pool for each trust, so that a connection opened under more is not used under less.
    # Idle connections go before the 5 s after which common servers close theirs.
    return httpcore2.ConnectionPool(
        ssl_context=httpcore2.default_ssl_context(),
        max_connections=256,
        max_keepalive_connections=128,
        keepalive_expiry=4,
        network_backend=_Backend(allow_loopback=allow_loopback, trusted=trusted),
    )


# A forked worker must not speak on its parent's connections.
os.register_at_fork(after_in_child=_pool.cache_clear)


class PinnedTransport(httpx2.BaseTransport):
    """Sends over the process's pool. Closing it closes nothing, because the pool is shared."""

    def __init__(self, *, max_bytes: int, trusted: str = "") -> None:
        self.max_bytes = max_bytes
        self.trusted = trusted

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        check_form(request.url)
        exchange = _Exchange(deadline_of(request), request.extensions.get("may_leave"))
        inner = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions={"timeout": {"pool": exchange.left()}},
        )
        with _watch(exchange, request.url.host):
            response = _pool(loopback_allowed(), self.trusted).handle_request(inner)
        headers = httpx2.Headers(response.headers)
        body = _Body(response, exchange, host=request.url.host, max_bytes=self.max_bytes)
        body.refuse_by(headers, method=request.method)
        # The body arrives decoded, and nobody here keeps cookies.
        for name in ("content-encoding", "content-length", "set-cookie"):
            headers.pop(name, None)
        return httpx2.Response(
            response.status,
            headers=headers,
            stream=body,
            extensions={"http_version": response.extensions["http_version"]},
        )


@dataclass(slots=True)
class _Body(httpx2.SyncByteStream):
    """The answer's body: decoded, counted and timed while it is read."""

    response: httpcore2.Response
    exchange: _Exchange
    host: str
    max_bytes: int
    gunzip: Any = field(default=None)

    def refuse_by(self, headers: httpx2.Headers, *, method: str) -> None:
        encoding = headers.get("content-encoding", "identity").strip().lower()
        length = headers.get("content-length", "")
        if encoding in ("gzip", "x-gzip"):
            self.gunzip = zlib.decompressobj(wbits=31)
        elif encoding not in ("", "identity"):
            self.close()
            raise OutboundFailed(f"{self.host} answered in an unknown encoding.", sent=True)
        if method != "HEAD" and length.isdecimal() and int(length) > self.max_bytes:
            self.close()
            raise self._too_large()

    def __iter__(self) -> Iterator[bytes]:
        left, fed = self.max_bytes, False
        for chunk in self._chunks():
            fed = True
            plain = self._decode(chunk, left + 1)
            left -= len(plain)
            if left < 0:
                self.close()
                raise self._too_large()
            yield plain
        if fed and self.gunzip is not None and not self.gunzip.eof:
            raise OutboundFailed(f"The answer of {self.host} ended early.", sent=True)

    def close(self) -> None:
        self.response.close()

    def _chunks(self) -> Iterator[bytes]:
        chunks = iter(self.response.iter_stream())
        while True:
            with _watch(self.exchange, self.host):
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk

    def _decode(self, chunk: bytes, limit: int) -> bytes:
        if self.gunzip is None:
            return chunk
        plain = b""
        try:
            while chunk and len(plain) < limit:
                # A file of several parts starts anew after each.
                if self.gunzip.eof:
                    self.gunzip = zlib.decompressobj(wbits=31)
                plain += self.gunzip.decompress(chunk, limit - len(plain))
                chunk = self.gunzip.unused_data
        except zlib.error as error:
            self.close()
            raise OutboundFailed(f"The answer of {self.host} is damaged.", sent=True) from error
        return plain

    def _too_large(self) -> OutboundTooLarge:
        return OutboundTooLarge(
            f"What {self.host} sent is larger than {_in_words(self.max_bytes)}. "
            "Give an address with less on it, or add the text itself."
        )


def deadline_of(request: httpx2.Request, *, fresh: bool = False) -> float:
    if not fresh and "deadline" in request.extensions:
        return float(request.extensions["deadline"])
    seconds = request.extensions.get("timeout", {}).get("read") or TIMEOUT_SECONDS
    return monotonic() + float(seconds)


def check_form(url: httpx2.URL) -> None:
    if url.scheme not in ("http", "https") or not url.host:
        raise OutboundRefused("Only addresses that start with http:// or https:// are opened.")
    if url.userinfo:
        raise OutboundRefused("Leave user name and password out of the address.")
    if not _HOST.fullmatch(url.raw_host) or not 0 < (80 if url.port is None else url.port) < 65_536:
        raise OutboundRefused("That is not a web address. One looks like https://example.com/page.")


@contextmanager
def _watch(exchange: _Exchange, host: str) -> Iterator[None]:
    try:
        with _during(exchange):
            yield
    except httpcore2.TimeoutException as error:
        raise OutboundTimeout(f"{host} did not answer in time.", sent=exchange.sent) from error
    except httpcore2.ConnectError as error:
        raise OutboundFailed(_no_connection(host, error), sent=exchange.sent) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise OutboundFailed(f"The connection to {host} broke off.", sent=exchange.sent) from error


def _no_connection(host: str, error: httpcore2.ConnectError) -> str:
    # The pool cuts the chain of causes; the original stays as the argument.
    cause = error.args[0] if error.args else None
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"{host} could not prove who it is: its certificate is not valid for that name."
    if isinstance(cause, ssl.SSLError):
        return f"{host} does not answer to https."
    return f"{host} does not take connections now."


def _in_words(size_bytes: int) -> str:
    if size_bytes < 1_000_000:
        return f"{max(1, size_bytes // 1000)} kB"
    return f"{size_bytes / 1_000_000:g} MB"
