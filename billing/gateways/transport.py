"""How the provider's library reaches the network: through our one outbound door, to one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import stripe

from config.kernel import http

TIMEOUT_SECONDS = 20.0
MAX_BYTES = 4_000_000

stripe.enable_telemetry = False


class OneDoor(stripe.HTTPClient):
    """Sends every request of the library through config.kernel.http, and only to `base`.

    The library repeats by itself what did not arrive, under the same idempotency key.
    """

    name = "warren"

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base.rstrip("/") + "/"

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[str, int, Mapping[str, str]]:
        if not url.startswith(self._base):
            raise _failed(f"Only {self._base} is asked.", should_retry=False)
        try:
            with http.client(timeout_seconds=TIMEOUT_SECONDS, max_bytes=MAX_BYTES) as door:
                answer = door.request(method, url, headers=dict(headers or {}), content=post_data)
        except http.OutboundError as error:
            helps = not isinstance(error, http.OutboundRefused)
            raise _failed(error.message, should_retry=helps) from error
        return answer.text, answer.status_code, answer.headers

    def request_stream(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise _failed("Nothing is streamed.", should_retry=False)

    def close(self) -> None:
        """Each request opened and closed its own door."""


def _failed(message: str, *, should_retry: bool) -> stripe.APIConnectionError:
    return stripe.APIConnectionError(message, should_retry=should_retry)  # type: ignore[no-untyped-call]
