"""Where requests may go, and what can go wrong on the way.

Every error says whether a byte of the request may have left (`sent`). The delivery ledger lives on
that: "not sent" may be tried again, "maybe sent" must be looked up first.
"""

from __future__ import annotations

import socket
import threading
from typing import Any

from django.conf import settings

from .addresses import is_loopback, is_public, is_this_machine
from .errors import DomainError, Invalid, Unavailable

PORTS = frozenset({80, 443})


class OutboundError(DomainError):
    """Base of what can go wrong on the way out.

    `sent` is True if a byte of the request (of the last hop, after redirects) may have left.
    """

    sent = False
    timeout = False

    @property
    def ambiguous(self) -> bool:
        """The other side may have acted, and we cannot know from this answer."""
        return self.sent


class OutboundRefused(OutboundError, Invalid):
    """We do not go there. Nothing was sent; another try gives the same."""

    default_code = "address_refused"


class OutboundTooLarge(OutboundError, Invalid):
    """The answer is bigger than the caller allows. The request did arrive."""

    default_code = "answer_too_large"
    sent = True

    @property
    def ambiguous(self) -> bool:
        return True


class _Broken(OutboundError, Unavailable):
    def __init__(self, message: str, *, sent: bool, **extra: Any) -> None:
        super().__init__(message, **extra)
        self.sent = sent


class OutboundTimeout(_Broken):
    """No whole answer within the time. A retry may help; look first when `sent`."""

    default_code = "outbound_timeout"
    timeout = True


class OutboundFailed(_Broken):
    """No name, no connection, no trust in the certificate, or it broke off."""

    default_code = "outbound_failed"


def loopback_allowed() -> bool:
    return bool(getattr(settings, "WARREN_ALLOW_LOOPBACK", False))


def checked_addresses(
    host: str, port: int, *, allow_loopback: bool, timeout_seconds: float, trusted: str = ""
) -> list[str]:
    """Addresses of a host, all of them checked. One bad address refuses the host.

    `trusted` is the one host:port whose address the operator wrote into the settings, and which
    may be a private one; never this machine.

    Raises OutboundRefused for an address off the public internet or an unusual port,
    OutboundFailed for an unknown name, OutboundTimeout when the name service does not answer.
    """
    addresses = _resolve(host, port, timeout_seconds)
    if f"{host}:{port}" in getattr(settings, "WARREN_OUTBOUND_ALLOW", ()):
        return addresses
    if allow_loopback and all(map(is_loopback, addresses)):
        return addresses
    if f"{host}:{port}" == trusted and not any(map(is_this_machine, addresses)):
        return addresses
    if not all(map(is_public, addresses)):
        raise OutboundRefused(
            f"{host} is not on the public internet, so Warren does not open it. "
            "Give an address that anyone could open."
        )
    if port not in PORTS:
        raise OutboundRefused(
            f"Port {port} of {host} is not opened: only 80 and 443 are. "
            "Give an address without a port."
        )
    return addresses


def _resolve(host: str, port: int, timeout_seconds: float) -> list[str]:
    # The name service has no deadline of its own; a thread that it holds up ends with it.
    answer: list[Any] = []

    def ask() -> None:
        try:
            answer.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answer.append(error)

    thread = threading.Thread(target=ask, name=f"resolve {host}", daemon=True)
    thread.start()
    thread.join(timeout_seconds)
    if not answer:
        raise OutboundTimeout(f"The name {host} could not be looked up in time.", sent=False)
    if isinstance(answer[0], Exception) or not answer[0]:
        raise OutboundFailed(
            f"The name {host} is unknown. Check its spelling, or try again later.",
            code="name_unknown",
            sent=False,
        )
    return list(dict.fromkeys(entry[4][0] for entry in answer[0]))
