"""The only way out: http and https, to public addresses, within a size and a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from .outbound import (
    OutboundError,
    OutboundFailed,
    OutboundRefused,
    OutboundTimeout,
    OutboundTooLarge,
    checked_addresses,
    loopback_allowed,
)
from .transport import TIMEOUT_SECONDS, PinnedTransport, check_form, deadline_of

__all__ = [
    "Fetched",
    "OutboundError",
    "OutboundFailed",
    "OutboundRefused",
    "OutboundTimeout",
    "OutboundTooLarge",
    "check_url",
    "client",
    "fetch",
]

MAX_REDIRECTS = 3
MAX_BYTES = 20_000_000
USER_AGENT = "Warren/0.1"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page or file as it came: final address, status of any kind, decoded body."""

    url: str
    status: int
    headers: Mapping[str, str]
    content_type: str
    body: bytes
    charset: str | None = None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def fetch(
    url: str,
    *,
    max_bytes: int = MAX_BYTES,
    timeout_seconds: float = TIMEOUT_SECONDS,
    accept: str = "*/*",
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """GET one address that a person or a model named, following at most 3 checked redirects.

    `max_bytes` counts after decompression; `timeout_seconds` is the total, redirects included.
    Raises OutboundRefused and OutboundTooLarge, which no retry helps, OutboundTimeout and
    OutboundFailed, which one may. An HTTP error status is an answer, not an error.
    """
    with client(
        timeout_seconds=timeout_seconds,
        max_bytes=max_bytes,
        headers={"Accept": accept, **(headers or {})},
        follow_redirects=True,
    ) as door:
        response = door.get(url)
    kind = response.headers.get("content-type", "")
    return Fetched(
        url=str(response.url),
        status=response.status_code,
        headers=response.headers,
        content_type=kind.partition(";")[0].strip().lower(),
        body=response.content,
        charset=response.charset_encoding,
    )


def client(
    *,
    base_url: str | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
    max_bytes: int = MAX_BYTES,
    headers: Mapping[str, str] | None = None,
    follow_redirects: bool = False,
    trusted: str = "",
) -> httpx2.Client:
    """A client whose every request goes through the checks. Cheap to make and to throw away.

    All clients of a process share one pool of connections, so opening one for each call keeps
    connections alive. `timeout_seconds` is the total for a call, a per-call `timeout=` replaces
    it. No cookies are kept, no proxy or password is taken from the environment.

    `trusted` is an address out of the operator's settings: its host and port alone may be private
    ones for this client, whose redirects are then not followed. Raises as `fetch`.
    """
    if trusted and follow_redirects:
        raise ValueError("A trusted server does not say where else to go.")
    with _in_our_words():
        named = httpx2.URL(trusted) if trusted else None
        return _Client(
            base_url=base_url or "",
            timeout=timeout_seconds,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", **(headers or {})},
            follow_redirects=follow_redirects,
            max_redirects=MAX_REDIRECTS,
            trust_env=False,
            transport=PinnedTransport(
                max_bytes=max_bytes,
                trusted=f"{named.raw_host.decode()}:{_port_of(named)}" if named else "",
            ),
        )


def check_url(url: str) -> None:
    """Refuse, before anything is stored, an address that requests would refuse.

    For forms that take a server's address. Resolves the name. Raises OutboundRefused, or
    OutboundFailed if the name is unknown now.
    """
    with _in_our_words():
        parsed = httpx2.URL(url)
    check_form(parsed)
    checked_addresses(
        parsed.raw_host.decode(),
        _port_of(parsed),
        allow_loopback=loopback_allowed(),
        timeout_seconds=TIMEOUT_SECONDS,
    )


def _port_of(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


class _Client(httpx2.Client):
    """Speaks our errors where httpx2 would raise its own, and sets the deadline of a call."""

    def build_request(self, *args: Any, **kwargs: Any) -> httpx2.Request:
        with _in_our_words():
            return super().build_request(*args, **kwargs)

    def send(self, request: httpx2.Request, **kwargs: Any) -> httpx2.Response:
        request.extensions = {**request.extensions, "deadline": deadline_of(request, fresh=True)}
        with _in_our_words():
            return super().send(request, **kwargs)


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
        raise OutboundRefused(
            "That is not a web address. One looks like https://example.com/page."
        ) from error
    except httpx2.TooManyRedirects as error:
        raise OutboundFailed(
            f"The address leads on more than {MAX_REDIRECTS} times. Give the last one.",
            code="too_many_redirects",
            sent=True,
        ) from error
    except httpx2.RemoteProtocolError as error:
        raise OutboundFailed("The address leads on to one that is none.", sent=True) from error
