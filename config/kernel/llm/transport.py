"""The HTTP client that the providers' libraries are given, instead of one of their own."""

from __future__ import annotations

import asyncio

import httpx2

from config.kernel import http
from config.kernel.llm.routes import Route

MAX_BYTES = 8 * 1024 * 1024  # of one answer
CONNECT_SECONDS = 5.0
# The gateway sets a deadline on every request; this is the ceiling behind it.
CEILING_SECONDS = 300.0

_HOP_HEADERS = {"content-encoding", "content-length", "transfer-encoding", "connection"}


def model_client(route: Route) -> httpx2.AsyncClient:
    """A client that goes through the outbound door, unless the address is the operator's own."""
    timeout = httpx2.Timeout(CEILING_SECONDS, connect=CONNECT_SECONDS)
    if route.base_url and route.is_trusted_address:
        return httpx2.AsyncClient(timeout=timeout, trust_env=False, follow_redirects=False)
    return httpx2.AsyncClient(transport=ThroughTheDoor(), timeout=timeout, trust_env=False)


class ThroughTheDoor(httpx2.AsyncBaseTransport):
    """Sends each request in a thread through `config.kernel.http`, which checks the address."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        return await asyncio.to_thread(_send, request, body)


def _send(request: httpx2.Request, body: bytes) -> httpx2.Response:
    limits = request.extensions.get("timeout") or {}
    seconds = float(limits.get("read") or CEILING_SECONDS)
    asked = [(k, v) for k, v in request.headers.multi_items() if k.lower() != "accept-encoding"]
    try:
        with http.client(timeout_seconds=seconds, max_bytes=MAX_BYTES) as door:
            answer = door.request(
                request.method,
                request.url,
                headers=[*asked, ("accept-encoding", "gzip")],
                content=body,
            )
    except http.OutboundError as error:
        raise _as_transport_error(error, request) from error
    headers = [(k, v) for k, v in answer.headers.multi_items() if k.lower() not in _HOP_HEADERS]
    return httpx2.Response(
        answer.status_code, headers=headers, content=answer.content, request=request
    )


def _as_transport_error(error: http.OutboundError, request: httpx2.Request) -> Exception:
    """In the words of the client library, which the providers' libraries understand."""
    if error.timeout:
        return httpx2.ReadTimeout(error.message, request=request)
    if error.status == 422:
        return httpx2.UnsupportedProtocol(error.message, request=request)
    kind = httpx2.ReadError if error.sent else httpx2.ConnectError
    return kind(error.message, request=request)
