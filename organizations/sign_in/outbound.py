"""Lets allauth's requests to sign-in providers leave through the kernel's one door."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final, cast

# allauth speaks `requests`; none of its own transport is used here.
import requests  # noqa: TID251
from requests.adapters import BaseAdapter  # noqa: TID251
from requests.structures import CaseInsensitiveDict  # noqa: TID251

from config.kernel import http

MAX_BYTES: Final = 1_000_000
TIMEOUT_SECONDS: Final = 10.0
# What the door sets or undoes by itself.
_OWN: Final = frozenset({"accept-encoding", "connection", "content-length", "host", "user-agent"})
_UNDONE: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class DoorAdapter(BaseAdapter):
    """Sends what `requests` prepared through `config.kernel.http`, and follows no redirect.

    Raises OutboundError, of which the page for errors tells; also if a read is answered with an
    error, because allauth would let that one through as a fault of ours.
    """

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        headers = {k: str(v) for k, v in request.headers.items() if k.lower() not in _OWN}
        body = request.body.encode() if isinstance(request.body, str) else request.body
        with http.client(timeout_seconds=TIMEOUT_SECONDS, max_bytes=MAX_BYTES) as door:
            answer = door.request(
                str(request.method),
                str(request.url),
                content=cast(bytes | None, body),
                headers=headers,
            )
        if request.method == "GET" and not answer.is_success:
            raise http.OutboundFailed(
                f"The sign-in provider answered with an error ({answer.status_code}), so nobody "
                "was signed in. Try again, or sign in another way.",
                sent=True,
            )
        return _as_requests(request, answer.status_code, answer.headers, answer.content)

    def close(self) -> None:
        """Nothing is held: all clients share the door's pool."""


def session_through_the_door() -> requests.Session:
    session = requests.Session()
    # No proxy, no password and no bundle of certificates from the environment.
    session.trust_env = False
    session.max_redirects = 0
    for scheme in ("https://", "http://"):
        session.mount(scheme, DoorAdapter())
    return session


def _as_requests(
    request: requests.PreparedRequest, status: int, headers: Mapping[str, str], body: bytes
) -> requests.Response:
    response = requests.Response()
    response.request, response.url, response.status_code = request, str(request.url), status
    response.headers = CaseInsensitiveDict(
        {name: value for name, value in headers.items() if name.lower() not in _UNDONE}
    )
    response.raw = BytesIO(body)
    response.encoding = requests.utils.get_encoding_from_headers(response.headers) or "utf-8"
    return response
